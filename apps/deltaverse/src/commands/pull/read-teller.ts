import { systemClock } from '@deltaverse/core'
import type { SyncEvent } from '@deltaverse/sync'
import type { Tell } from '../../events/event-hub.js'
import { formatSeconds, plural } from '../../program/format-quantity.js'

/** Says when a read of a table is over, and what it brought. */
export interface ReadTeller {
  note(event: SyncEvent): void
  /** The last read is over. */
  end(): void
}

export function createReadTeller(table: string, tell: Tell): ReadTeller {
  let read: 'snapshot' | 'incremental' = 'incremental'
  let upserted = 0
  let deleted = 0
  let beganAtMs = systemClock.now()
  let reads = 0

  function begin(next: typeof read): void {
    read = next
    upserted = 0
    deleted = 0
    beganAtMs = systemClock.now()
  }
  function end(): void {
    reads += 1
    const seconds = (systemClock.now() - beganAtMs) / 1000
    const brought = [
      ...(upserted === 0 ? [] : [`${plural(upserted, 'row')} ${read === 'snapshot' ? 'read' : 'changed'}`]),
      ...(deleted === 0 ? [] : [`${plural(deleted, 'row')} gone`]),
    ]
    const text = `${table}: ${brought.length === 0 ? 'nothing changed' : brought.join(', ')}, in ${formatSeconds(seconds)}`
    // A table that is followed mostly has nothing new.
    const level = brought.length === 0 && reads > 1 ? 'trace' : 'info'
    tell({ kind: 'read-ended', table, read, upserted, deleted, seconds }, { level, text })
  }
  return {
    note(event) {
      if (event.kind === 'reset') begin('snapshot')
      else if (event.kind === 'resumed') {
        begin(event.checkpoint.phase === 'snapshot' ? 'snapshot' : 'incremental')
      } else if (event.kind === 'changes') {
        upserted += event.upserted
        deleted += event.deleted
      } else if (event.kind === 'waiting') {
        end()
        begin('incremental')
      }
    },
    end,
  }
}
