import { callable, defineOptions, type OptionsInput, signal, whole } from '@deltaverse/options'
import pLimit from 'p-limit'
import { followOption } from './follow-options.js'
import { linkedAbort } from './read/linked-abort.js'
import type { SyncSummary } from './summary.js'
import { syncInTurn } from './sync.js'
import type { SyncEvent } from './sync-event.js'
import { commonOptions, type SyncOptions } from './sync-options.js'

/** One of several tables. */
export type TableOptions = Omit<SyncOptions, 'follow' | 'signal' | 'onEvent'>

const settings = defineOptions('syncTables()', {
  concurrency: whole({
    default: 4,
    min: 1,
    doc: 'How many tables are read at a time; a table that is followed makes room for others between its reads.',
  }),
  follow: followOption,
  onEvent: callable<(name: string, event: TableEvent) => void>()({
    default: () => {},
    defaultText: 'nothing',
    doc: 'Told of everything that happens to any of them, as onEvent of one sync is; one that throws ends them all.',
  }),
  signal: signal({ doc: 'Ends all of them.' }),
})

export type SyncTablesOptions = OptionsInput<typeof settings.spec>

/** What happens to one of several tables. `failed`: it is not worked on any more, the others go on. */
export type TableEvent = SyncEvent | { readonly kind: 'failed'; readonly error: unknown }

/** How it went for one table. */
export type TableResult =
  | { readonly name: string; readonly ok: true; readonly summary: SyncSummary }
  | { readonly name: string; readonly ok: false; readonly error: unknown }

export interface SyncTablesSummary {
  /** Whether it went well for all. */
  readonly ok: boolean
  /** In the order in which they were given. */
  readonly tables: readonly TableResult[]
}

/**
 * Syncs several tables. A table that fails does not stop the others; its error is in the summary. Feeds that were made with
 * one client share its governor, so that together they stay within the service protection limits.
 *
 * Resolves when none is left to be read: with `follow`, when all have failed.
 *
 * @throws TypeError for a name that is given twice; `signal.reason`, once all have ended
 */
export async function syncTables(
  tables: readonly TableOptions[],
  options: SyncTablesOptions = {},
): Promise<SyncTablesSummary> {
  const { concurrency, follow, onEvent, signal: outer } = settings.parse(options)
  const limit = pLimit(concurrency)
  requireDifferentNames(tables)
  outer?.throwIfAborted()
  const stop = linkedAbort(outer)
  const { signal } = stop

  function tell(name: string, event: TableEvent): void {
    try {
      onEvent(name, event)
    } catch (error) {
      stop.abort(error)
      throw error
    }
  }

  async function syncOne(table: TableOptions): Promise<TableResult> {
    const { name } = table
    try {
      const summary = await syncInTurn(
        { ...table, follow, signal, onEvent: (event) => tell(name, event) },
        limit,
      )
      return { name, ok: true, summary }
    } catch (error) {
      if (!signal.aborted) tell(name, { kind: 'failed', error })
      return { name, ok: false, error }
    }
  }

  try {
    const settled = await Promise.allSettled(tables.map(syncOne))
    // Told to stop, by the caller or by a listener that threw: only then is one of them rejected.
    signal.throwIfAborted()
    const results = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    return { ok: results.every(({ ok }) => ok), tables: results }
  } finally {
    stop.unlink()
  }
}

function requireDifferentNames(tables: readonly TableOptions[]): void {
  const names = new Set<string>()
  for (const { name } of tables) {
    if (names.has(commonOptions.name.parse('name', name)))
      throw new TypeError(`two tables are named "${name}"`)
    names.add(name)
  }
}
