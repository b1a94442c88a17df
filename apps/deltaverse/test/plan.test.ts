import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-plan-'))
  emulator = await startEmulator()
  await run('keys', 'contact', '--ensure', 'employeeid', '--name', 'new_employeeid', '--from', emulator.url)
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const run = (...args: string[]) => runDeltaverse(args, { cwd })
const contact = (employeeid: string) =>
  emulator
    .table('contacts')
    .rows()
    .find((row) => row.employeeid === employeeid)
const write = (file: string, ...rows: string[]) =>
  writeFileSync(join(cwd, file), `employeeid,lastname,jobtitle\n${rows.join('\n')}\n`)
const where = () => [
  '--to',
  emulator.url,
  '--table',
  'contact',
  '--key',
  'employeeid',
  '--missing',
  'deactivate',
]
const push = (file: string) => run('push', file, ...where(), '--json')
const plan = (file: string, ...args: string[]) => run('plan', 'push', file, ...where(), ...args)

describe('a plan', () => {
  it('says row by row what a push would do, and writes nothing', async () => {
    write('a.csv', 'E-1,Ann,Clerk', 'E-2,Bob,Clerk', 'E-3,Eve,Clerk')
    await push('a.csv')
    write('a.csv', 'E-1,Ann,Clerk', 'E-2,Bob,<b>Chief</b>', 'E-4,New,', ',Nobody,')
    const before = emulator.history().length
    const ended = await plan('a.csv', '-o', 'a.json', '--html', 'a.html')
    expect(emulator.history()).toHaveLength(before)
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('update     E-2 (line 3): jobtitle: Clerk → <b>Chief</b>')
    expect(ended.stdout).toContain('create     E-4 (line 4)')
    expect(ended.stdout).toMatch(/reject .*\(line 5\): /)
    expect(ended.stdout).toContain('have no usable key, so nothing counts as missing')
    const page = readFileSync(join(cwd, 'a.html'), 'utf8')
    expect(page).toContain('<del>Clerk</del> → <ins>&lt;b&gt;Chief&lt;/b&gt;</ins>')
    const { plan: head, rows, summary } = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))
    expect(head).toMatchObject({ kind: 'push', table: { logicalName: 'contact' } })
    expect(rows).toHaveLength(4)
    expect(summary.counts).toMatchObject({ create: 1, update: 1, unchanged: 1, reject: 1, deactivate: 0 })
  })

  it('is done exactly, missing rows included', async () => {
    write('b.csv', 'P-1,Ann,Clerk', 'P-2,Bob,Clerk', 'P-3,Eve,Clerk')
    await push('b.csv')
    write('b.csv', 'P-1,Ann,Chief', 'P-2,Bob,Clerk', 'P-4,New,')
    const planned = await plan('b.csv', '-o', 'b.json', '--json')
    expect(planned.json()).toMatchObject({
      ok: true,
      plan: { create: 1, update: 1, unchanged: 1, deactivate: 1 },
      calls: { rows: 3, requests: 3 },
    })
    const done = await run('run', '--plan', 'b.json', '--json')
    expect([done.code, done.json().tables[0]]).toMatchObject([
      0,
      { created: 1, updated: 1, unchanged: 1, deactivated: 1, failed: 0 },
    ])
    expect([contact('P-1')?.jobtitle, contact('P-3')?.statecode, contact('P-4')?.lastname]).toEqual([
      'Chief',
      1,
      'New',
    ])
  })

  it('leaves rows alone that changed since, and says so', async () => {
    write('c.csv', 'C-1,Ann,Clerk', 'C-2,Bob,Clerk')
    await push('c.csv')
    write('c.csv', 'C-1,Ann,Chief', 'C-2,Bob,Chief', 'C-3,New,')
    await plan('c.csv', '-o', 'c.json')
    emulator.table('contacts').update(contact('C-1')?.contactid as string, { jobtitle: 'Director' })
    emulator.table('contacts').create({ employeeid: 'C-3', lastname: 'Somebody else' })
    const done = await run('run', '--plan', 'c.json', '--json')
    expect([done.code, done.json().tables[0]]).toMatchObject([
      3,
      { updated: 1, created: 0, failed: 2, conflicts: 2 },
    ])
    expect([contact('C-1')?.jobtitle, contact('C-2')?.jobtitle, contact('C-3')?.lastname]).toEqual([
      'Director',
      'Chief',
      'Somebody else',
    ])
  })

  it('is refused when it was altered, cut, or is none', async () => {
    write('d.csv', 'D-1,Ann,Clerk')
    await plan('d.csv', '-o', 'd.json')
    const text = readFileSync(join(cwd, 'd.json'), 'utf8')
    for (const other of [text.replace('Ann', 'Eve'), text.slice(0, -40), '{}', '']) {
      writeFileSync(join(cwd, 'd.json'), other)
      const done = await run('run', '--plan', 'd.json')
      expect([done.code, done.stderr]).toEqual([2, expect.stringMatching(/was altered|is no plan/)])
    }
    expect(contact('D-1')).toBeUndefined()
    expect((await run('run', '--plan', 'none.json')).stderr).toContain('cannot be read')
  })
})
