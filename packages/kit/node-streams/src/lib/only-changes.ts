import type { ChangeEvent } from '@deltaverse/core'
import { isChange, isDeletedChange, isUpsertedChange } from './change-event.js'
import type { Source } from './stage.js'

/** What passes a filter of events: the wanted events, or arrays of them where the source gives arrays. */
export type OnlyKind<Item, Kind extends ChangeEvent['kind']> = Item extends readonly (infer Event)[]
  ? Extract<Event, { readonly kind: Kind }>[]
  : Extract<Item, { readonly kind: Kind }>

/** A stage that keeps the events of some kinds, with their row type. An array that loses all its events is left out. */
export type KindFilter<Kind extends ChangeEvent['kind']> = <
  Item extends ChangeEvent | readonly ChangeEvent[],
>(
  source: Source<Item>,
) => AsyncGenerator<OnlyKind<Item, Kind>, void, undefined>

/** A stage that passes rows that were created or updated. Deletions and the feed's other events are dropped. */
export function onlyUpserts(): KindFilter<'upserted'> {
  return keep(isUpsertedChange) as KindFilter<'upserted'>
}

/** A stage that passes deletions. */
export function onlyDeletes(): KindFilter<'deleted'> {
  return keep(isDeletedChange) as KindFilter<'deleted'>
}

/** A stage that passes what happened to rows, upserts and deletions, and drops `reset`, `checkpoint` and `complete`. */
export function onlyChanges(): KindFilter<'upserted' | 'deleted'> {
  return keep(isChange) as KindFilter<'upserted' | 'deleted'>
}

function keep(wanted: (event: unknown) => boolean) {
  return async function* (source: Source<unknown>): AsyncGenerator<unknown, void, undefined> {
    for await (const item of source) {
      if (!Array.isArray(item)) {
        if (wanted(item)) yield item
        continue
      }
      const kept = item.filter(wanted)
      if (kept.length > 0) yield kept
    }
  }
}
