import type { ChangeEvent } from '@deltaverse/core'
import type { SyncFeed } from '@deltaverse/sync'

/** A feed whose checkpoints come before the rows that they stand behind; but for the last, so that it ends right without a crash. */
export function checkpointsFirst(feed: SyncFeed): SyncFeed {
  return {
    ...feed,
    async *batches(read) {
      let held: ChangeEvent[] = []
      for await (const batch of feed.batches(read)) {
        for (const event of batch) {
          const isMidRead = event.kind === 'checkpoint' && event.checkpoint.nextLink !== undefined
          if (isMidRead) yield [event]
          held = isMidRead ? held : [...held, event]
          if (event.kind === 'checkpoint') {
            yield held
            held = []
          }
        }
      }
      yield held
    },
  }
}
