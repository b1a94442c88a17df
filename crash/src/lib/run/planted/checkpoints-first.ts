import type { ChangeEvent, Source } from '@deltaverse/core'

/** A feed whose checkpoints come before the rows that they stand behind; but for the last, so that it ends right without a crash. */
export function checkpointsFirst(feed: Source): Source {
  return {
    ...feed,
    async *read(options) {
      let held: ChangeEvent[] = []
      for await (const batch of feed.read(options)) {
        for (const event of batch) {
          const isMidRead = event.kind === 'checkpoint' && 'nextLink' in Object(event.checkpoint.cursor)
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
