/**
 * What `npm start`, `npm test` and their siblings run: brings pnpm (the version that package.json pins),
 * installs, builds, and hands over to the task. Where nothing has changed since it last did so, it hands over at once.
 * Node built-ins only, because it runs before any install.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inputsOf, isBuilt, writeStamp } from './lib/built-stamp.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [task = '', ...args] = process.argv.slice(2)

const install = 'pnpm install --frozen-lockfile --trust-lockfile --reporter=append-only'
const build = 'pnpm exec turbo run build --output-logs=errors-only'

/** What each task does behind install and build, inside the one npx call; or the file that this process then starts itself. */
const tasks = {
  start: { run: 'apps/change-feed/dist/main.js' },
  // Paths in its arguments are the caller's.
  deltaverse: { run: 'apps/deltaverse/dist/bin.js', at: process.env.INIT_CWD },
  emulator: { run: 'packages/dataverse/emulator/dist/bin/main.js' },
  'check:live': { run: 'apps/change-feed/dist/check-live.js' },
  bench: { run: 'bench/dist/main.js' },
  crash: { run: 'crash/dist/main.js' },
  'example:erp': { run: 'apps/erp-sync/dist/main.js' },
  'example:one-call': { run: 'apps/erp-sync/dist/one-call.js' },
  test: { shell: ['pnpm exec vitest run'], passArguments: true },
  check: {
    shell: [
      'pnpm run typecheck',
      'pnpm run lint',
      'pnpm run layers',
      'pnpm run generated',
      'pnpm run unused',
      'pnpm run surface',
      'pnpm run packed',
      // For a caller that has just run them, such as .ci/run.
      ...(args.includes('--no-tests') ? [] : ['pnpm exec vitest run']),
    ],
  },
}

const chosen = tasks[task]
if (chosen === undefined) {
  console.error(`unknown task "${task}"; one of: ${Object.keys(tasks).join(', ')}`)
  process.exit(2)
}

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const environment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  npm_config_update_notifier: 'false',
}

// npm that is killed takes nothing along: without this, the task would go on unseen and hold its files.
const parent = process.ppid
if (process.env.npm_lifecycle_event !== undefined) {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }, 250).unref()
}

let child
let stopped
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopped = signal
    child?.stop(signal)
  })
}

const quoted = args.map((argument) => `'${argument.replaceAll("'", `'\\''`)}'`).join(' ')
const inputs = inputsOf(root)
const steps = [...(isBuilt(root, inputs) ? [] : [install, build]), ...(chosen.shell ?? [])]
let code = 0
if (steps.length > 0) {
  const shell = steps.join(' && ') + (chosen.passArguments ? ` ${quoted}` : '')
  const npx = ['--yes', '--prefer-offline', '-p', packageManager, '-c', shell]
  const isQuiet = chosen.run !== undefined
  if (isQuiet && !existsSync(join(root, 'node_modules'))) {
    process.stderr.write('Installing and building; this is the first time, so it takes a moment\n')
  }
  code = await (isQuiet ? runQuietly : runGroup)('npx', npx)
  // Of tests that fail nobody knows whether it was they or the build.
  if (code === 0 && stopped === undefined && steps[0] === install) writeStamp(root, inputs)
}
if (code === 0 && stopped !== undefined) code = exitCodeOf(stopped)
process.exitCode = code
// In this process, so that a signal sent to it, SIGKILL included, is sent to the task.
if (code === 0 && chosen.run !== undefined) await import(becomeProgram(chosen, args))

/** Makes this process look as if it had been started with the program and its arguments; returns what to import. */
function becomeProgram({ run, at = root }, programArguments) {
  const path = join(root, run)
  process.argv = [process.execPath, path, ...programArguments]
  process.chdir(at)
  return pathToFileURL(path).href
}

/** Runs to the end and shows what was printed only when it failed: the machine-readable output of the task stays clean. */
async function runQuietly(command, commandArguments) {
  const printed = []
  const code = await runGroup(command, commandArguments, (chunk) => printed.push(chunk))
  if (code !== 0) process.stderr.write(Buffer.concat(printed))
  return code
}

/**
 * npx, its shell and pnpm do not pass signals on to what they started. So they get a process group of their own,
 * and a signal goes to all of it; nothing is left running behind.
 */
function runGroup(command, commandArguments, onOutput) {
  const output = onOutput ? 'pipe' : 'inherit'
  const started = spawn(command, commandArguments, {
    cwd: root,
    env: environment,
    stdio: ['ignore', output, output],
    detached: true,
  })
  started.stdout?.on('data', onOutput)
  started.stderr?.on('data', onOutput)
  return ended(started, (signal) => process.kill(-started.pid, signal))
}

function ended(started, stop) {
  child = { stop }
  return new Promise((resolve, reject) => {
    started.on('error', reject)
    started.on('close', (exitCode, signal) => {
      child = undefined
      resolve(exitCode ?? exitCodeOf(signal))
    })
  })
}

function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 0)
}
