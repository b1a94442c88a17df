import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A run of the built program that goes on. */
export interface Started {
  readonly child: ChildProcess
  /** Everything that it printed so far, on both. */
  printed(): string
  /** Resolves once that matches. @throws when it ends before */
  until(pattern: RegExp): Promise<void>
  /** Sends a signal and resolves with the exit code, once it has ended. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

export interface StartOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Run it in a pseudo-terminal of this size, by script(1). */
  readonly terminal?: { readonly columns: number; readonly rows: number }
}

export const program = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

/** Starts the built program in a process of its own. */
export function startDeltaverse(args: readonly string[], { cwd, env, terminal }: StartOptions): Started {
  const [command, ...rest] = commandOf(args, terminal)
  const child = spawn(command as string, rest, {
    cwd,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const hearers = new Set<() => void>()
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (const hear of hearers) hear()
    })
  }
  return {
    child,
    printed: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const hear = (): void => {
          if (!pattern.test(text)) return
          hearers.delete(hear)
          resolve()
        }
        hearers.add(hear)
        closed.then(() => reject(new Error(`it ended without ${pattern}:\n${text}`)), reject)
        hear()
      }),
    async end(signal) {
      if (signal !== undefined) child.kill(signal)
      const [code] = await closed
      return code as number | null
    },
  }
}

function commandOf(args: readonly string[], terminal: StartOptions['terminal']): readonly string[] {
  const command = [process.execPath, program, ...args]
  if (terminal === undefined) return command
  const quoted = command.map((part) => `'${part}'`).join(' ')
  const { columns, rows } = terminal
  return ['script', '-qec', `stty cols ${columns} rows ${rows}; exec ${quoted}`, '/dev/null']
}
