import { type KeyRequirement, preflightKeys } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import type { TableMetadata } from '@deltaverse/metadata'
import { adviceOnKey } from '../push/check-own-key.js'
import type { PushSettings } from '../push/push-settings.js'
import type { PlannedKey } from './plan-summary.js'

/** The keys that a push names rows by and finds others by, and whether they are active. */
export async function lookAtKeys(
  client: DataverseClient,
  table: TableMetadata,
  { key, mapping }: PushSettings,
  signal: AbortSignal,
): Promise<readonly PlannedKey[]> {
  const isById = key.length === 1 && key[0] === table.primaryIdColumn
  const own: KeyRequirement = { table: table.logicalName, columns: key }
  const found = mapping.flatMap(({ find }): KeyRequirement[] =>
    find === undefined ? [] : [{ table: find.table, columns: [find.column] }],
  )
  const wanted = distinct(isById ? found : [own, ...found])
  const { keys } = await preflightKeys(client, wanted, { signal })
  return keys.map(({ table: name, columns, readiness }) => ({
    table: name,
    columns,
    readiness,
    advice: readiness === 'active' ? '' : adviceOnKey(name, columns, readiness),
  }))
}

function distinct(keys: readonly KeyRequirement[]): readonly KeyRequirement[] {
  const names = keys.map(({ table, columns }) => `${table}.${columns.join()}`)
  return keys.filter((_, at) => names.indexOf(names[at] ?? '') === at)
}
