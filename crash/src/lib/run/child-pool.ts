import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Processes that were started ahead, so that nobody waits for one. */
export interface ChildPool {
  take(): Promise<ChildProcess>
  /** Takes back one that has survived its order. */
  giveBack(child: ChildProcess): void
  close(): Promise<void>
}

function isAlive({ connected, exitCode, signalCode }: ChildProcess): boolean {
  return connected && exitCode === null && signalCode === null
}

/** The compiled child; tests run from the sources, and find it in `dist` too. */
const program = fileURLToPath(new URL('../../../dist/child.js', import.meta.url))

/** @throws Error when the workspace is not built: a process needs compiled files */
export function createChildPool(ahead: number): ChildPool {
  if (!existsSync(program)) throw new Error(`${program} is missing: build first (npm test does)`)
  const waiting: Promise<ChildProcess>[] = []
  const alive = new Set<ChildProcess>()
  let closed = false

  async function start(): Promise<ChildProcess> {
    const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'] })
    alive.add(child)
    child.once('exit', () => alive.delete(child))
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (message !== 'ready') throw new Error(`${program} did not start`)
    return child
  }

  function fill(): void {
    while (!closed && waiting.length < ahead) {
      const starting = start()
      // Whoever takes it hears of the failure.
      starting.catch(() => undefined)
      waiting.push(starting)
    }
  }

  fill()
  return {
    async take() {
      for (;;) {
        const next = waiting.shift() ?? start()
        fill()
        const child = await next
        // One that died while it waited, by a signal that came late, takes no orders.
        if (isAlive(child)) return child
      }
    },
    giveBack(child) {
      if (isAlive(child)) waiting.unshift(Promise.resolve(child))
    },
    async close() {
      closed = true
      await Promise.allSettled(waiting)
      await Promise.all(
        [...alive].map(async (child) => {
          const exit = once(child, 'exit')
          child.kill('SIGKILL')
          await exit
        }),
      )
    },
  }
}
