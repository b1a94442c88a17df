import type { DataverseClient } from '@deltaverse/client'
import { asJsonObject, listOf, textOf } from '@deltaverse/metadata'

export interface ListedTable {
  /** Logical name. */
  readonly table: string
  readonly entitySet: string
  /** As people call it; empty where it has no label. */
  readonly displayName: string
  readonly tracked: boolean
}

/** The tables of an environment that rows can be asked of, by their names. */
export async function listTables(
  client: DataverseClient,
  signal: AbortSignal,
): Promise<readonly ListedTable[]> {
  const columns = 'LogicalName,EntitySetName,DisplayName,ChangeTrackingEnabled'
  const path = `EntityDefinitions?$select=${columns}`
  const response = await client.request({ method: 'GET', path }, { signal })
  const body = asJsonObject(await response.json(), 'the answer to a question for tables')
  return listOf(body, 'value')
    .filter(({ EntitySetName }) => typeof EntitySetName === 'string' && EntitySetName !== '')
    .map((row) => ({
      table: textOf(row, 'LogicalName'),
      entitySet: textOf(row, 'EntitySetName'),
      displayName: labelOf(row.DisplayName),
      tracked: row.ChangeTrackingEnabled === true,
    }))
    .sort((a, b) => (a.table < b.table ? -1 : 1))
}

/** The label that the caller's language has; a table may have none. */
function labelOf(value: unknown): string {
  const label = (value as { UserLocalizedLabel?: { Label?: unknown } | null } | null)?.UserLocalizedLabel
    ?.Label
  return typeof label === 'string' ? label : ''
}
