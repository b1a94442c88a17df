import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-examples-'))
  cpSync(fileURLToPath(new URL('../../../examples', import.meta.url)), cwd, { recursive: true })
  emulator = await startEmulator()
  for (const [table, column] of [
    ['contact', 'employeeid'],
    ['account', 'accountnumber'],
  ] as const) {
    await runDeltaverse(
      ['keys', table, '--ensure', column, '--name', `new_${column}`, '--from', emulator.url],
      { cwd },
    )
  }
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const run = async (folder: string) => {
  const args = ['run', '--file', `${folder}/deltaverse.yaml`, '--json']
  const ended = await runDeltaverse(args, { cwd, env: { CRM_URL: emulator.url } })
  return { code: ended.code, jobs: ended.json().jobs, stderr: ended.stderr }
}

describe('the examples', () => {
  it('bring companies and employees in, and write nothing the second time', async () => {
    const first = await run('employees')
    expect(first).toMatchObject({
      code: 0,
      jobs: [
        { tables: [{ table: 'account', created: 3 }] },
        { tables: [{ table: 'contact', created: 12, failed: 0 }] },
      ],
    })
    expect((await run('employees')).jobs).toMatchObject([
      { tables: [{ unchanged: 3, writes: 0 }] },
      { tables: [{ unchanged: 12, writes: 0 }] },
    ])
    const path = join(cwd, 'employees/employees.csv')
    const lines = readFileSync(path, 'utf8').split('\n')
    writeFileSync(
      path,
      [lines[0], ...lines.slice(2), 'E-013;New;Hire;Clerk;01.01.1999;1001', '']
        .join('\n')
        .replace('Lindqvist', 'Lindqvist-Ek'),
    )
    expect((await run('employees')).jobs[1].tables[0]).toMatchObject({
      created: 1,
      updated: 1,
      deactivated: 1,
      unchanged: 10,
    })
    expect((await run('employees')).jobs[1].tables[0]).toMatchObject({ writes: 0 })
  })

  it('bring a night of 10,000 products in, of which fifty changed and some are gone', async () => {
    const night = (n: number) =>
      execFileSync(process.execPath, [join(cwd, 'products/make-night.mjs'), String(n)])
    night(0)
    expect((await run('products')).jobs[0].tables[0]).toMatchObject({ created: 10_000, failed: 0 })
    night(1)
    const changed = (await run('products')).jobs[0].tables[0]
    expect(changed).toMatchObject({ updated: 50, deactivated: 3, unchanged: 9_947, failed: 0 })
    expect((await run('products')).jobs[0].tables[0]).toMatchObject({ unchanged: 9_997, writes: 0 })
  }, 120_000)

  it('bring accounts and contacts out as plain rows', async () => {
    expect((await run('out')).jobs[0].tables).toMatchObject([
      { table: 'account', upserted: 3 },
      { table: 'contact', upserted: 13 },
    ])
    expect(readFileSync(join(cwd, 'out/data/contacts.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(13)
  })
})
