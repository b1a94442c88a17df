import type { ResolvedOptions } from './emulator-options.js'
import { createHistory, type History } from './history.js'
import { currentState, restoreChange } from './journal/current-state.js'
import { type Journal, openJournal } from './journal/journal.js'
import { builtInIds, builtInRows } from './schema/built-in-rows.js'
import { createService, type Service } from './service.js'
import { compactChanges } from './store/compact-changes.js'
import type { CommittedChange } from './store/store.js'
import { createTableView } from './table-view.js'
import { tokenLifetimeMs } from './tracking/token-lifetime.js'
import { createRow } from './writing/write-row.js'

/** A service with its state: seeded, or taken up from a directory. */
export interface State {
  readonly service: Service
  readonly history: History
  close(): void
}

/**
 * Builds a service; with a state directory every transaction is in its journal before it counts as done.
 *
 * @throws Error when the directory is in use or damaged.
 */
export function openState(options: ResolvedOptions): State {
  const journal =
    options.stateDirectory === undefined
      ? undefined
      : openJournal(options.stateDirectory, options.compactAfterBytes)
  try {
    const history = createHistory(options.historyLimit)
    const service = createService(options, (changes) => commit(service, journal, history, changes))
    if (journal?.saved === undefined) seed(service)
    else restore(service, journal)
    return { service, history, close: () => journal?.close() }
  } catch (error) {
    journal?.close()
    throw error
  }
}

/** A transaction of more changes becomes a snapshot at once: as one line it would be too long to write. */
const maxJournalledChanges = 10_000

function commit(
  service: Service,
  journal: Journal | undefined,
  history: History,
  changes: readonly CommittedChange[],
): void {
  const { store, ids, options } = service
  const counters = { version: store.version, ids: ids.count }
  const large = changes.length > maxJournalledChanges
  if (large) journal?.compact(currentState(service), counters)
  else journal?.append(changes, counters)
  history.add(changes)
  const tables = new Set(changes.map((change) => (change.kind === 'fact' ? undefined : change.table)))
  for (const name of tables) {
    if (name === undefined) continue
    compactChanges(store.table(name), service.tokenFloors, options.clock(), tokenLifetimeMs(service))
  }
  if (journal?.isLong === true) compactJournal(service, journal)
}

function compactJournal(service: Service, journal: Journal): void {
  const { store, ids } = service
  try {
    journal.compact(currentState(service), { version: store.version, ids: ids.count })
  } catch {
    // The changes are in the journal already and must count as done; the next commit tries again.
  }
}

// One transaction, so that a directory holds all of the seed or nothing of it.
function seed(service: Service): void {
  const { options, schema, store } = service
  store.transact(() => {
    for (const { table: name, id, columns } of builtInRows()) {
      const table = schema.byLogicalName(name)
      if (table !== undefined) createRow(service, table, { ...columns, [table.primaryIdColumn]: id })
    }
    if (Object.keys(options.organization).length > 0) {
      createTableView(service, 'organization').update(builtInIds.organization, options.organization)
    }
    for (const [entitySet, rows] of Object.entries(options.rows)) {
      const view = createTableView(service, entitySet)
      for (const row of rows) view.create(row)
    }
    const organization = createTableView(service, 'organization')
    const days = options.changeTracking.tokenLifetimeDays
    for (const { organizationid } of organization.rows()) {
      organization.update(String(organizationid), { expirechangetrackingindays: days })
    }
  })
}

function restore(service: Service, { saved }: Journal): void {
  if (saved === undefined) return
  for (const change of saved.changes) restoreChange(service, change)
  const { version, ids } = saved.counters()
  service.store.advanceVersion(version)
  service.ids.skipTo(ids)
}
