import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { TraceEntry } from '@deltaverse/testing/crash'

/** What a process says next, or that it is gone; a process that is used again keeps no listener of it. */
export async function nextWord(child: ChildProcess): Promise<string> {
  const heard = new AbortController()
  const call = { signal: heard.signal }
  try {
    return await Promise.race([
      once(child, 'message', call).then(([message]) => String(message)),
      once(child, 'exit', call).then(() => 'exit'),
    ])
  } finally {
    heard.abort()
  }
}

/** What the process told; the last line may be cut off where it died. */
export function readTrace(path: string): TraceEntry[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as TraceEntry)
}
