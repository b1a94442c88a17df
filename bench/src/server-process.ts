import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Prepared, Table } from './table.js'

/** The server, in a process of its own. */
export interface ServerProcess {
  /** Serves this table from now on. */
  prepare(table: Table): Promise<Prepared>
  stop(): Promise<void>
}

export async function startServer(key: string, cert: string): Promise<ServerProcess> {
  const child = fork(new URL('./server.js', import.meta.url))
  await ask(child, { key, cert })
  return {
    prepare: (table) => ask(child, table),
    async stop() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

async function ask<T>(child: ChildProcess, message: object): Promise<T> {
  const gone = new AbortController()
  const answer = once(child, 'message', { signal: gone.signal })
  const onExit = () => gone.abort(new Error('the server of the benchmark ended'))
  child.once('exit', onExit)
  child.send(message)
  try {
    const [reply] = await answer
    return reply as T
  } finally {
    child.off('exit', onExit)
  }
}
