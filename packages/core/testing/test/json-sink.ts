import { readFile, writeFile } from 'node:fs/promises'
import { type ChangeEvent, DataverseError, type Row, type Sink } from '@deltaverse/core'
import { rowsOf } from '@deltaverse/testing'

/** A sink that is right as long as nobody pulls the plug: all events in one JSON file. */
export function createOurSink(file: string): Sink<number> {
  let log: ChangeEvent[] | undefined
  function opened(): ChangeEvent[] {
    if (log === undefined)
      throw new DataverseError('The sink is not open: open it first.', { code: 'bad-request' })
    return log
  }
  return {
    async open(position, call) {
      call?.signal?.throwIfAborted()
      log = position === undefined ? [] : (await readLog(file)).slice(0, position)
      await writeLog(file, log)
    },
    async write(events, call) {
      call?.signal?.throwIfAborted()
      log = opened().concat(events)
    },
    async commit(call) {
      call?.signal?.throwIfAborted()
      await writeLog(file, opened())
      return opened().length
    },
    async close() {
      log = undefined
    },
  }
}

export async function readRows(file: string): Promise<ReadonlyMap<string, Row>> {
  return rowsOf(await readLog(file))
}

async function writeLog(file: string, log: readonly ChangeEvent[]): Promise<void> {
  // The row tells what the bytes tell.
  await writeFile(
    file,
    JSON.stringify(log, (name, value) => (name === 'bytes' ? undefined : value)),
  )
}

async function readLog(file: string): Promise<ChangeEvent[]> {
  return JSON.parse(await readFile(file, 'utf8'))
}
