import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The command of the package, running as a process of its own. */
export interface EmulatorProcess {
  readonly child: ChildProcess
  /** The first line on standard output; `''` when it ended without one. */
  readonly firstLine: Promise<string>
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** Starts the built command, or another program made of it: a process needs compiled files. */
export function startProcess(args: readonly string[], file = '../../dist/bin/main.js'): EmulatorProcess {
  const built = fileURLToPath(new URL('../../dist/bin/main.js', import.meta.url))
  if (!existsSync(built)) throw new Error(`${built} is missing: build first (npm test does)`)
  const program = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')))
    })
    void ended.then(() => resolve(''))
  })
  return { child, firstLine, ended }
}
