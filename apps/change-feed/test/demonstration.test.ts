import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulator } from '@deltaverse/emulator'
import { describe, expect, it } from 'vitest'
import { runApp, startApp } from './support/app-process.js'
import { plainRows, rebuiltRows } from './support/rebuilt-table.js'
import { temporaryFolder } from './support/temporary-folder.js'

const small = ['--products', '400']

/** What the current file says, against the emulator's own state. */
async function expectExact(cwd: string, file: string): Promise<void> {
  const emulator = await startEmulator({ stateDirectory: join(cwd, '.deltaverse/emulator') })
  try {
    const rows = emulator.table('products').rows()
    expect(plainRows(rebuiltRows(join(cwd, file)).values())).toEqual(plainRows(rows))
  } finally {
    await emulator.close()
  }
}

describe('the demonstration', () => {
  it('reads a catalogue in full, plays a night, reads the delta, and shows both in a table', async () => {
    const cwd = temporaryFolder()
    const { code, stdout, stderr } = await runApp(small, { cwd })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/full read +│ +400 │ +0 │/)
    expect(stdout).toMatch(/delta, night 1 +│ +55 │ +3 │/)
    expect(stdout).toContain(
      'Changes in out/products.000001.ndjson, checkpoint in out/products.checkpoint.json',
    )
    expect(stdout).toContain('Next: run it again')
    await expectExact(cwd, 'out/products.000001.ndjson')
  })

  it('goes on with the next night from its checkpoint', async () => {
    const cwd = temporaryFolder()
    await runApp(small, { cwd })
    const { code, stdout } = await runApp(['--json'], { cwd })
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    expect(report.night).toBe(2)
    expect(report.tables).toMatchObject([
      { read: 'incremental', rows: 0, deletions: 0 },
      { read: 'incremental', rows: 55, deletions: 3, epoch: 1 },
    ])
    await expectExact(cwd, 'out/products.000001.ndjson')
  })

  it('plays the same nights everywhere', async () => {
    const names = async (): Promise<unknown> => {
      const cwd = temporaryFolder()
      await runApp(small, { cwd })
      await runApp(small, { cwd })
      const rows = [...rebuiltRows(join(cwd, 'out/products.000001.ndjson')).values()]
      return rows.map(({ productnumber, name, price }) => [productnumber, name, price])
    }
    expect(await names()).toEqual(await names())
  })

  it('reads in full again when its output was removed', async () => {
    const cwd = temporaryFolder()
    await runApp(small, { cwd })
    rmSync(join(cwd, 'out'), { recursive: true })
    const { stdout } = await runApp(['--json'], { cwd })
    expect(JSON.parse(stdout).tables[0]).toMatchObject({ read: 'snapshot', rows: 402, epoch: 1 })
    await expectExact(cwd, 'out/products.000001.ndjson')
  })

  it('reads in full again with --restart, such as when the data file alone was removed', async () => {
    const cwd = temporaryFolder()
    await runApp(small, { cwd })
    rmSync(join(cwd, 'out/products.000001.ndjson'))
    const refused = await runApp(['--json'], { cwd })
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.stdout).tables[0].error.message).toContain('restart')
    const { code, stdout } = await runApp(['--json', '--restart'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).tables[1]).toMatchObject({ read: 'incremental', rows: 55, epoch: 2 })
    await expectExact(cwd, 'out/products.000002.ndjson')
  })

  it('resyncs, and says so, when the environment was removed and made anew', async () => {
    const cwd = temporaryFolder()
    await runApp(['--products', '100'], { cwd })
    rmSync(join(cwd, '.deltaverse'), { recursive: true })
    const { code, stdout } = await runApp(['--products', '300'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('was made with another environment')
    expect(stdout).toContain('as epoch 2')
    expect(stdout).toContain('of earlier epochs: out/products.000001.ndjson')
    await expectExact(cwd, 'out/products.000002.ndjson')
  })

  it('keeps its files where it is told to', async () => {
    const cwd = temporaryFolder()
    const { code } = await runApp([...small, '--out', 'a', '--state', 'b'], { cwd })
    expect(code).toBe(0)
    expect(readdirSync(cwd).sort()).toEqual(['a', 'b'])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends in order by %s in the middle of a night, and plays it again', async (signal, code) => {
    const cwd = temporaryFolder()
    const app = startApp([...small, '--json', '--trace'], { cwd })
    await app.line('night 1 write 3')
    app.child.kill(signal)
    const ended = await app.ended
    expect(ended).toMatchObject({ code, signal: null })
    expect(existsSync(join(cwd, '.deltaverse/demo.lock'))).toBe(false)
    const { stdout } = await runApp(['--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, night: 1 })
    await expectExact(cwd, 'out/products.000001.ndjson')
  })

  it('says what to do about a record that cannot be read', async () => {
    const cwd = temporaryFolder()
    await runApp(small, { cwd })
    writeFileSync(join(cwd, '.deltaverse/demo.json'), '{')
    const { code, stdout } = await runApp(['--json'], { cwd })
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('.deltaverse/demo.json cannot be used'),
    })
  })

  it('keeps no host name and no port in its checkpoint', async () => {
    const cwd = temporaryFolder()
    await runApp(small, { cwd })
    const saved = JSON.parse(readFileSync(join(cwd, 'out/products.checkpoint.json'), 'utf8'))
    const { checkpoint } = saved.state
    expect(checkpoint.cursor.deltaLink).toMatch(/^\/api\/data\/v9\.2\/products\?/)
    expect(checkpoint.source).toBe('127.0.0.1/products')
  })
})
