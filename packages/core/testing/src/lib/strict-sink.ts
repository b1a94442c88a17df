import { isDeepStrictEqual } from 'node:util'
import type { ChangeEvent, Checkpoint, PatchableSink, Sink } from '@deltaverse/core'

/**
 * A sink that refuses what nobody may tell it: anything before it is opened, a `complete` of another epoch than that of the `reset`, and the same
 * checkpoint twice with nothing in between. For tests of what writes to sinks.
 */
export function createStrictSink<S extends Sink>(sink: S): S {
  let isOpen = false
  let epochOfReset: number | undefined
  let toldLast: Checkpoint | undefined

  function check(event: ChangeEvent): void {
    if (event.kind === 'checkpoint') {
      if (isDeepStrictEqual(event.checkpoint, toldLast)) {
        throw new Error(
          `the checkpoint of ${event.checkpoint.issuedAt} was told twice, with nothing in between`,
        )
      }
      toldLast = event.checkpoint
      return
    }
    toldLast = undefined
    if (event.kind === 'reset') epochOfReset = event.epoch
    else if (event.kind === 'complete') {
      if (epochOfReset !== undefined && event.epoch !== epochOfReset) {
        throw new Error(`epoch ${event.epoch} was completed, and epoch ${epochOfReset} is under way`)
      }
      epochOfReset = undefined
    }
  }

  const { patch } = sink as Partial<PatchableSink>
  const patching: Partial<PatchableSink> = {
    async patch(columns, call) {
      if (!isOpen) throw new Error('columns were put into a sink that is not open')
      if (epochOfReset !== undefined) throw new Error('columns were put into rows within a snapshot')
      toldLast = undefined
      await patch?.call(sink, columns, call)
    },
  }

  return {
    ...sink,
    ...(patch !== undefined && patching),
    async open(position, call) {
      await sink.open(position, call)
      isOpen = true
      epochOfReset = undefined
      toldLast = undefined
    },
    async write(events, call) {
      if (!isOpen) throw new Error('events were written to a sink that is not open')
      for (const event of events) check(event)
      await sink.write(events, call)
    },
    async close() {
      isOpen = false
      await sink.close()
    },
  }
}
