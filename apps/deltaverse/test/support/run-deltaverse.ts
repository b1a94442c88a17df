import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** How a run of the built program ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** What `--json` printed. */
  json(): Report
}

/** As `--json` prints it; tests say which members they expect. */
// biome-ignore lint/suspicious/noExplicitAny: what comes out of another process is what the tests are about
type Report = any

export interface RunOptions {
  /** Working folder. */
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Runs the built program to its end, in a process of its own. */
export async function runDeltaverse(args: readonly string[], options: RunOptions): Promise<Ended> {
  const program = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
  if (!existsSync(program))
    throw new Error(`${program} is missing: build first (npm test does, or pnpm run build)`)
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(options.input ?? '')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code: code as number | null, stdout, stderr, json: () => JSON.parse(stdout) as Report }
}
