import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const bootstrap = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url))
const stamp = fileURLToPath(new URL('./lib/built-stamp.mjs', import.meta.url))
let root = ''

/** A workspace whose `npx` runs the given shell text and whose `pnpm` writes down how it was called. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bootstrap-'))
  mkdirSync(join(root, 'scripts/lib'), { recursive: true })
  mkdirSync(join(root, 'node_modules'))
  copyFileSync(bootstrap, join(root, 'scripts/bootstrap.mjs'))
  copyFileSync(stamp, join(root, 'scripts/lib/built-stamp.mjs'))
  write('package.json', '{ "packageManager": "pnpm@1.2.3", "type": "module" }')
  command('npx', 'echo "$@" >> npx.log; while [ "$1" != -c ]; do shift; done; sh -c "$2"')
  command('pnpm', 'echo "pnpm $*"; if [ "$2" = vitest ]; then printf "<%s>" "$@"; fi')
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

function command(name: string, shell: string): void {
  write(`bin/${name}`, `#!/bin/sh\n${shell}\n`)
  chmodSync(join(root, 'bin', name), 0o755)
}

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a task; with `signal`, sends it to the bootstrap as soon as `ready` was printed. */
async function run(args: readonly string[], signal?: NodeJS.Signals): Promise<Run> {
  const child = spawn(process.execPath, [join(root, 'scripts/bootstrap.mjs'), ...args], {
    env: { ...process.env, PATH: `${join(root, 'bin')}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = printed.stdout
    printed.stdout += text
    if (signal && !before.includes('ready') && printed.stdout.includes('ready')) child.kill(signal)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...printed }
}

describe('bootstrap', () => {
  it('brings the pnpm that package.json pins, asks the network only when it must, and installs before it builds', async () => {
    const { code, stdout } = await run(['test'])
    expect(code).toBe(0)
    expect(readFileSync(join(root, 'npx.log'), 'utf8')).toMatch(/^--yes --prefer-offline -p pnpm@1\.2\.3 -c /)
    expect(stdout).toMatch(/pnpm install --frozen-lockfile[\s\S]*turbo run build[\s\S]*vitest run/)
  })

  it('hands arguments on as they are, whatever they hold', async () => {
    const { stdout } = await run(['test', 'a b', "it's", '"q"', '$HOME', '*', '', 'back\\slash', 'new\nline'])
    expect(stdout).toMatch(`<exec><vitest><run><a b><it's><"q"><$HOME><*><><back\\slash><new\nline>`)
  })

  it('starts the app with its arguments, and keeps what came before out of its output', async () => {
    write('apps/change-feed/dist/main.js', 'console.log(JSON.stringify(process.argv.slice(2)))')
    expect(await run(['start', 'a b', '--out=x'])).toEqual({
      code: 0,
      stdout: '["a b","--out=x"]\n',
      stderr: '',
    })
  })

  describe('behind a build', () => {
    const calls = (): number => readFileSync(join(root, 'npx.log'), 'utf8').trimEnd().split('\n').length

    beforeEach(async () => {
      write('pnpm-lock.yaml', 'lockfileVersion: 9')
      write('packages/core/core/package.json', '{}')
      write('packages/core/core/src/index.ts', 'export const one = 1')
      write('packages/core/core/dist/index.js', 'export const one = 1')
      write('node_modules/.pnpm/lock.yaml', 'lockfileVersion: 9')
      write('apps/change-feed/dist/main.js', 'console.log("started")')
      expect(await run(['start'])).toMatchObject({ code: 0, stdout: 'started\n' })
    })

    it('starts at once, without npx, pnpm or turbo, when nothing has changed', async () => {
      command('npx', 'echo "npx was called"; exit 1')
      expect(await run(['start'])).toEqual({ code: 0, stdout: 'started\n', stderr: '' })
    })

    it('does not install or build for tests either', async () => {
      const { stdout } = await run(['test', 'x'])
      expect(stdout).toBe('pnpm exec vitest run x\n<exec><vitest><run><x>')
    })

    it.each([
      ['a source', 'packages/core/core/src/index.ts', 'export const one = 2'],
      ['a new source', 'packages/core/core/src/lib/two.ts', 'export const two = 2'],
      ['a manifest', 'packages/core/core/package.json', '{ "type": "module" }'],
      ['a new package', 'packages/kit/new/package.json', '{}'],
      ['the lockfile', 'pnpm-lock.yaml', 'lockfileVersion: 10'],
      ['what is installed', 'node_modules/.pnpm/lock.yaml', 'lockfileVersion: 8'],
      ['what was compiled', 'packages/core/core/dist/index.js', 'export const one = "of another branch"'],
      ['the compiler’s settings', 'tsconfig.base.json', '{}'],
    ])('installs and builds again when it is another: %s', async (_, path, text) => {
      write(path, text)
      expect((await run(['start'])).code).toBe(0)
      expect(calls()).toBe(2)
      expect((await run(['start'])).code).toBe(0)
      expect(calls()).toBe(2)
    })

    it('installs and builds again when what was compiled is gone', async () => {
      rmSync(join(root, 'packages/core/core/dist'), { recursive: true })
      await run(['start'])
      expect(calls()).toBe(2)
    })

    it('does not take for built what changed during the build', async () => {
      write('packages/core/core/src/index.ts', 'export const one = 3')
      command('pnpm', `echo "export const one = 4" > ${join(root, 'packages/core/core/src/index.ts')}`)
      await run(['start'])
      command('pnpm', 'true')
      await run(['start'])
      expect(calls()).toBe(3)
    })

    it('tries again after a build that failed', async () => {
      write('packages/core/core/src/index.ts', 'export const one = nonsense')
      command('pnpm', 'exit 3')
      expect((await run(['start'])).code).toBe(3)
      expect((await run(['start'])).code).toBe(3)
      expect(calls()).toBe(3)
    })
  })

  it('passes the exit code of the app on', async () => {
    write('apps/change-feed/dist/main.js', 'process.exit(7)')
    expect((await run(['start'])).code).toBe(7)
  })

  it('shows what was printed when the build fails, on stderr, and does not start the app', async () => {
    command('pnpm', 'echo "pnpm $*"; [ "$1" = install ] || exit 3')
    write('apps/change-feed/dist/main.js', 'console.log("started")')
    const { code, stdout, stderr } = await run(['start'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/turbo run build/)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('lets the app end by itself on %s', async (signal) => {
    write(
      'apps/change-feed/dist/main.js',
      `const hold = setInterval(() => {}, 1000)
      process.on('${signal}', () => { clearInterval(hold); console.log('tidied up'); process.exitCode = 42 })
      console.log('ready')`,
    )
    expect(await run(['start'], signal)).toEqual({ code: 42, stdout: 'ready\ntidied up\n', stderr: '' })
  })

  it('says that the first time takes a moment', async () => {
    rmSync(join(root, 'node_modules'), { recursive: true })
    write('apps/change-feed/dist/main.js', 'console.log("started")')
    expect(await run(['start'])).toMatchObject({
      stdout: 'started\n',
      stderr: expect.stringMatching(/first time/),
    })
  })

  it('lets the app end by itself when the npm that started it is killed', async () => {
    write(
      'apps/change-feed/dist/main.js',
      `process.once('SIGTERM', () => { console.log('tidied up'); clearInterval(timer) })
      const timer = setInterval(() => {}, 1000)
      console.log('ready')`,
    )
    const npm = `require('node:child_process').spawn(process.execPath, ['scripts/bootstrap.mjs', 'start'], { stdio: 'inherit' })`
    const child = spawn(process.execPath, ['-e', npm], {
      cwd: root,
      env: {
        ...process.env,
        npm_lifecycle_event: 'start',
        PATH: `${join(root, 'bin')}${delimiter}${process.env.PATH}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (text.includes('ready')) child.kill('SIGKILL')
    })
    // The pipe ends when the last process that holds it is gone.
    await once(child.stdout, 'end')
    expect(printed).toBe('ready\ntidied up\n')
  })

  it('stops everything below it on a signal, however deep', async () => {
    command('pnpm', '[ "$2" = vitest ] || exit 0; sh -c "echo ready; sleep 60; echo survived"; echo survived')
    const { code, stdout } = await run(['test'], 'SIGTERM')
    // The run is over when its pipe is closed, and a sleep left behind would hold that beyond the time limit.
    expect({ code, stdout }).toEqual({ code: 143, stdout: 'ready\n' })
  })

  it('leaves the tests out of a check when its caller has run them', async () => {
    expect((await run(['check'])).stdout).toMatch(/vitest run/)
    expect((await run(['check', '--no-tests'])).stdout).not.toMatch(/vitest run/)
  })

  it('names the tasks when it does not know one', async () => {
    const { code, stderr } = await run(['dance'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/unknown task "dance"; one of: start, .*check/)
  })
})
