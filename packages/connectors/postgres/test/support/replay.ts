import type { ChangeEvent } from '@deltaverse/core'
import type { SqlSink } from '@deltaverse/postgres'
import { checkpointOf } from '@deltaverse/testing'

/**
 * Brings a list of commits to a sink as a sync does: from where the saved state says, each with the state in its transaction.
 * The number of the commits done stands in for the feed's checkpoint.
 */
export async function replay(
  sink: SqlSink,
  name: string,
  commits: readonly (readonly ChangeEvent[])[],
): Promise<void> {
  const stored = await sink.loadState(name)
  let revision = stored?.revision
  await sink.open(stored?.state.position)
  for (let done = stored?.state.checkpoint.rowsRead ?? 0; done < commits.length; done += 1) {
    const events = commits[done] ?? []
    const middle = Math.ceil(events.length / 2)
    await sink.write(events.slice(0, middle))
    await sink.write(events.slice(middle))
    const state = { version: 1 as const, checkpoint: checkpointOf({ rowsRead: done + 1 }) }
    revision = (await sink.commitWith(name, state, revision)).revision
  }
  await sink.close()
}
