import { type KeyRequirement, preflightKeys } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { DataverseError } from '@deltaverse/core'
import type { TableMetadata } from '@deltaverse/metadata'
import type { PushSettings } from '../push/push-settings.js'
import type { PlannedKey } from './plan-summary.js'

/**
 * The keys that a push names rows by and finds others by, and whether they are active.
 *
 * @throws DataverseError `bad-request` where the table's own is not: nothing could be compared
 */
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
  const looked = keys.map(({ table: name, columns, readiness }) => ({
    table: name,
    columns,
    readiness,
    advice: readiness === 'active' ? '' : adviceOf(name, columns, readiness),
  }))
  const first = looked[0]
  if (!isById && first !== undefined && first.readiness !== 'active') {
    throw new DataverseError(
      `${first.table} has no active key of ${key.join(', ')} (it is ${first.readiness}), so no row can be told by it. ${first.advice}`,
      { code: 'bad-request' },
    )
  }
  return looked
}

function adviceOf(table: string, columns: readonly string[], readiness: PlannedKey['readiness']): string {
  if (readiness === 'no-table' || readiness === 'no-column') return 'See the name'
  if (readiness === 'pending') return `Wait: deltaverse keys ${table} shows when its index is built`
  const ensure = `deltaverse keys ${table} --ensure ${columns.join(',')} --name new_${columns.join('_')}`
  return `${ensure} makes it`
}

function distinct(keys: readonly KeyRequirement[]): readonly KeyRequirement[] {
  const names = keys.map(({ table, columns }) => `${table}.${columns.join()}`)
  return keys.filter((_, at) => names.indexOf(names[at] ?? '') === at)
}
