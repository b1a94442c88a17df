import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulator } from '@deltaverse/emulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reportIn, runApp } from './support/run-app.js'
import { temporaryFolder } from './support/temporary-folder.js'

async function scene() {
  const folder = temporaryFolder()
  const emulator = await startEmulator({
    // As in environments that came from older versions: products begin as active ones.
    organization: { createproductswithoutparentinactivestate: true },
    rows: {
      products: ['A', 'B'].map((number) => ({ productnumber: number, name: number, quantitydecimal: 2 })),
    },
  })
  onTestFinished(() => emulator.close())
  const run = (...args: string[]) => runApp(['--url', emulator.url, ...args], folder)
  const write = (text: string) => writeFileSync(join(folder, 'night.csv'), text)
  return { folder, emulator, run, write }
}

describe('exit codes', () => {
  it('0 when all is done', async () => {
    const { run, write } = await scene()
    write('productnumber,name\nA,A\nB,Better\n')
    const { code, stdout } = await run('--file', 'night.csv')
    expect(code).toBe(0)
    expect(stdout).toMatch(/updated\s*│\s*1 │/)
  })

  it('1 when a share is refused, with what to do next', async () => {
    const { run, write } = await scene()
    write('productnumber,name\nA,A\n')
    const ended = await run('--file', 'night.csv', '--json')
    expect(ended.code).toBe(1)
    expect(reportIn(ended)).toMatchObject({
      ok: false,
      exitCode: 1,
      runs: [],
      error: { code: 'delete-share' },
    })
    expect(reportIn(ended).error?.message).toContain('--max-delete-share 50')
    expect((await run('--file', 'night.csv', '--max-delete-share', '50')).code).toBe(0)
  })

  it('1 when there is no file', async () => {
    const { run } = await scene()
    const { code, stdout } = await run('--file', 'night.csv')
    expect(code).toBe(1)
    expect(stdout).toContain('failed: there is no file night.csv')
  })

  it('2 for wrong arguments, in one line', async () => {
    const { code, stdout, stderr } = await runApp(['--fiel', 'x'], temporaryFolder())
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^wrong arguments: unknown option '--fiel' .*See --help\.\n$/)
  })

  it('2 where a credential is missing, which names what to set', async () => {
    const args = ['--url', 'https://contoso.crm4.dynamics.com', '--file', 'night.csv']
    const { code, stderr } = await runApp(args, temporaryFolder())
    expect(code).toBe(2)
    expect(stderr).toContain('AZURE_TENANT_ID')
  })

  it('3 when some rows failed, 0 when they are replayed', async () => {
    const { folder, run, write } = await scene()
    write(`productnumber,name\nA,${'x'.repeat(101)}\nB,Better\n`)
    const first = await run('--file', 'night.csv', '--json')
    expect(first.code).toBe(3)
    expect(reportIn(first).runs).toMatchObject([
      { updated: 1, failed: 1, deadLetters: 'night.csv.rejected.ndjson' },
    ])
    const path = join(folder, 'night.csv.rejected.ndjson')
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('x'.repeat(101), 'Short'))
    const replayed = await run('--replay', 'night.csv.rejected.ndjson', '--json')
    expect(replayed).toMatchObject({ code: 0, stderr: '' })
    expect(reportIn(replayed).runs).toMatchObject([{ rows: 1, updated: 1, failed: 0 }])
  })
})
