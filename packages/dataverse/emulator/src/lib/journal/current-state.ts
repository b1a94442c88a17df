import { fileFact } from '../files/file-store.js'
import type { Service } from '../service.js'
import type { CommittedChange } from '../store/store.js'
import type { TableStore } from '../store/table-store.js'

/** The whole state as the changes that lead to it: what a snapshot holds. */
export function* currentState(service: Service): Generator<CommittedChange> {
  const { store, tokenFloors, files, autoNumbers } = service
  for (const name of service.tables.removed()) yield { kind: 'fact', name: 'table-removed', value: name }
  for (const definition of service.tables.changed()) {
    yield { kind: 'fact', name: 'table', value: definition }
  }
  for (const table of store.tables()) yield* rowsAndDeletions(table)
  for (const [table, floor] of tokenFloors.entries()) {
    yield { kind: 'fact', name: 'token-floor', value: { table, floor } }
  }
  for (const fact of autoNumbers.facts()) yield { kind: 'fact', ...fact }
  for (const [id, bytes] of files.entries()) yield { kind: 'fact', ...fileFact(id, bytes) }
  yield { kind: 'fact', name: 'token-floor-of-all', value: tokenFloors.all }
}

// In the order of the versions, so that the change log can be built again by appending.
function* rowsAndDeletions(table: TableStore): Generator<CommittedChange> {
  const { changes, logicalName } = table
  for (const { id, version, deleted } of changes.after()) {
    const row = table.get(id)
    const tombstone = table.tombstones.get(id)
    if (!deleted && row !== undefined && Number(row.versionnumber) === version) {
      yield { kind: 'row', table: logicalName, id, row, version, created: false }
    } else if (deleted && tombstone?.version === version) {
      yield { kind: 'deletion', table: logicalName, id, version, at: tombstone.at }
    }
  }
}

/** Puts a saved change into effect again. */
export function restoreChange(service: Service, change: CommittedChange): void {
  if (change.kind !== 'fact') {
    service.store.restore(change)
    return
  }
  service.restoreFact(change.name, change.value)
}
