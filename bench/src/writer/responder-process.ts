import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ResponderCount } from './responder.js'

/** The responder, in a process of its own. */
export interface ResponderProcess {
  readonly url: string
  /** What came since the last time. */
  count(): Promise<ResponderCount>
  stop(): Promise<void>
}

export async function startResponder(): Promise<ResponderProcess> {
  const child = fork(new URL('./responder.js', import.meta.url))
  const url = await nextMessage<string>(child)
  return {
    url,
    count() {
      const answer = nextMessage<ResponderCount>(child)
      child.send('count')
      return answer
    },
    async stop() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const gone = new AbortController()
  const onExit = () => gone.abort(new Error('the responder of the benchmark ended'))
  child.once('exit', onExit)
  try {
    const [message] = await once(child, 'message', { signal: gone.signal })
    return message as T
  } finally {
    child.off('exit', onExit)
  }
}
