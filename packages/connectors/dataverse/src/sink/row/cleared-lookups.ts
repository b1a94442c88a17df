import type { Columns } from '../plan/columns.js'
import type { PendingRow } from './pending-row.js'
import { contentOf } from './row-facts.js'
import { rewrite } from './row-steps.js'

const bindSuffix = '@odata.bind'

/** Names of the binds that clear look-ups in a row's first request; rows whose bodies were written at once have none. */
export function clearingBinds(row: PendingRow): readonly string[] {
  const { columns } = contentOf(row)
  return columns === undefined ? noNames : Object.keys(columns).filter((name) => isClearing(columns, name))
}

const noNames: readonly string[] = []

function isClearing(columns: Columns, name: string): boolean {
  return columns[name] === null && name.endsWith(bindSuffix)
}

/** Clears the look-ups of a row by the names of their navigation properties: `nav: null`. */
export function clearByProperty(row: PendingRow): void {
  const columns = contentOf(row).columns ?? {}
  rewrite(
    row,
    Object.fromEntries(
      Object.entries(columns).map(([name, value]) => [
        isClearing(columns, name) ? name.slice(0, -bindSuffix.length) : name,
        value,
      ]),
    ),
  )
}
