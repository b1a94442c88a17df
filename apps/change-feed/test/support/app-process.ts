import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** How a run of the built app ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface AppProcess {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** Resolves with the first line on stderr that holds the text; rejects when the app ends without it. */
  line(text: string): Promise<string>
  readonly ended: Promise<Ended>
}

export interface StartOptions {
  /** Working folder. */
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Called for every line on stderr, with its number, counted from 1. */
  readonly onLine?: (line: string, number: number) => void
  /** Which program. Default: `main.js`. */
  readonly program?: string
}

/** Starts the built app. The tests start real processes, and those need the compiled files. */
export function startApp(args: readonly string[], options: StartOptions): AppProcess {
  const program = fileURLToPath(new URL(`../../dist/${options.program ?? 'main.js'}`, import.meta.url))
  if (!existsSync(program))
    throw new Error(`${program} is missing: build first (npm test does, or pnpm run build)`)
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const waiting: { text: string; resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  const seen: string[] = []
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  const lines = createInterface({ input: child.stderr })
  lines.on('line', (line) => {
    seen.push(line)
    options.onLine?.(line, seen.length)
    for (const wait of waiting.filter(({ text }) => line.includes(text))) wait.resolve(line)
  })
  const ended = (async (): Promise<Ended> => {
    const closed = once(lines, 'close')
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    await closed
    const stderr = seen.join('\n')
    for (const wait of waiting) wait.reject(new Error(`the app ended without "${wait.text}":\n${stderr}`))
    return { code, signal, stdout, stderr }
  })()
  return {
    child,
    ended,
    line: (text) =>
      new Promise((resolve, reject) => {
        const already = seen.find((line) => line.includes(text))
        if (already === undefined) waiting.push({ text, resolve, reject })
        else resolve(already)
      }),
  }
}

/** Runs the built app to its end. */
export function runApp(args: readonly string[], options: StartOptions): Promise<Ended> {
  return startApp(args, options).ended
}
