import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: ChildProcess
let url = ''
let cwd = ''
const run = (...args: string[]) => runDeltaverse(args, { cwd })

/** The emulator of the program itself, so that what a newcomer does is what is tried. */
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-environment-'))
  const program = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
  emulator = spawn(process.execPath, [program, 'emulate', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (emulator.stdout === null) throw new Error('it has no output')
  const [line] = await once(createInterface({ input: emulator.stdout }), 'line')
  url = String(line)
})
afterAll(async () => {
  emulator.kill('SIGINT')
  await once(emulator, 'exit')
  rmSync(cwd, { recursive: true, force: true })
})

describe('deltaverse init', () => {
  it('writes a job file that runs as it is, and leaves one alone that is there', async () => {
    const made = await run('init', '--from', url)
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('deltaverse.yaml is written')])
    const text = readFileSync(join(cwd, 'deltaverse.yaml'), 'utf8')
    expect(text).toContain(`crm: { dataverse: ${url} }`)
    expect(text).toContain('        account: {} # Account')
    expect(text).toContain('keys: productnumber')
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? []
    expect(JSON.parse(readFileSync(new URL(schema), 'utf8'))).toMatchObject({ type: 'object' })
    const ended = await run('run', '--json')
    expect([ended.code, ended.json().jobs[0]]).toMatchObject([
      0,
      { job: 'out', ok: true, tables: [{ table: 'account' }] },
    ])
    const again = await run('init', '--from', url)
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')])
  })

  it('names the schema by a path that is right elsewhere too, where the program is installed above the file', async () => {
    const project = join(cwd, 'project')
    mkdirSync(join(project, 'node_modules'), { recursive: true })
    mkdirSync(join(project, 'jobs'))
    symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(project, 'node_modules/deltaverse'))
    expect((await run('init', '--from', url, '-o', 'project/jobs/all.yaml')).code).toBe(0)
    const [line] = readFileSync(join(project, 'jobs/all.yaml'), 'utf8').split('\n')
    expect(line).toBe('# yaml-language-server: $schema=../node_modules/deltaverse/deltaverse.schema.json')
  })

  it('wants to know for which environment', async () => {
    expect((await run('init', '-o', 'other.yaml')).stderr).toContain('--emulator')
  })
})

describe('deltaverse status', () => {
  it('says how far each table is, and how long its token lives', async () => {
    const where = ['--from', url, '--table', 'contact', '--to', 'status.sqlite']
    expect((await run('status', ...where)).stdout).toMatch(/contact +never read/)
    await run('pull', ...where)
    const told = (await run('status', ...where, '--json')).json().tables[0]
    expect(told).toMatchObject({ table: 'contact', state: 'in step', epoch: 1, rows: 0 })
    expect(told.hoursLeft).toBeGreaterThan(24)
  })

  it('says of files as well, and of a table that is not there', async () => {
    const ended = await run(
      'status',
      '--from',
      url,
      '--table',
      'contact',
      '--table',
      'nothing',
      '--to',
      'none',
      '--json',
    )
    expect([ended.code, ended.json().tables]).toMatchObject([
      3,
      [{ state: 'never read' }, { state: 'unknown', error: { code: 'not-found' } }],
    ])
  })
})

describe('deltaverse doctor', () => {
  it('finds everything well', async () => {
    const ended = await run('doctor', '--from', url, '--table', 'account', '--key', 'product:productnumber')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('well   sign-in: ')
    expect(ended.stdout).toContain('well   table account: is there, its changes are tracked')
    expect(ended.stdout).toContain('well   key product:productnumber: active')
  })

  it('says what is wrong, and what to do about it', async () => {
    const ended = await run(
      'doctor',
      '--from',
      url,
      '--table',
      'nothing',
      '--key',
      'contact:employeeid',
      '--json',
    )
    expect(ended.code).toBe(1)
    expect(ended.json().findings).toContainEqual(
      expect.objectContaining({
        what: 'key contact:employeeid',
        is: 'wrong',
        advice: expect.stringContaining('deltaverse keys contact --ensure employeeid'),
      }),
    )
    expect(ended.json().findings).toContainEqual(
      expect.objectContaining({ what: 'table nothing', is: 'wrong' }),
    )
  })

  it('says that nobody answers', async () => {
    const ended = await run('doctor', '--from', 'http://127.0.0.1:9', '--json')
    expect([ended.code, ended.json().findings]).toEqual([
      1,
      expect.arrayContaining([expect.objectContaining({ what: 'sign-in', is: 'wrong' })]),
    ])
  })
})
