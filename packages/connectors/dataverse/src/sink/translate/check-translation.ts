import { type CallOptions, isDataverseError } from '@deltaverse/core'
import type { MetadataReader, TableMetadata } from '@deltaverse/metadata'
import { nearestNames } from '@deltaverse/values'
import type { FilledColumn, TranslationSettings } from './translation-options.js'

/**
 * Holds a translation against the tables that it speaks of, so that what no row could pass is told before the first.
 *
 * @throws TypeError that names the column, and what was meant where something is near
 */
export async function checkTranslation(
  metadata: Pick<MetadataReader, 'table'>,
  table: TableMetadata,
  { columns }: TranslationSettings,
  call: CallOptions,
): Promise<void> {
  for (const filled of columns) {
    const { column, find } = filled
    if (column !== 'status' && !table.columns.has(column)) {
      throw new TypeError(
        `the column ${column} is filled, and the table ${table.logicalName} has no such column${meant(column, table)}`,
      )
    }
    if (find !== undefined) await checkFind(metadata, table, { ...filled, find }, call)
  }
}

async function checkFind(
  metadata: Pick<MetadataReader, 'table'>,
  { columns, logicalName }: TableMetadata,
  { column, find }: FilledColumn & { readonly find: NonNullable<FilledColumn['find']> },
  call: CallOptions,
): Promise<void> {
  const targets = [...new Set(columns.get(column)?.targets.map(({ table }) => table))]
  const what = `${column} is to be found by ${find.table}.${find.column}`
  if (targets.length === 0) throw new TypeError(`${what}, and is no look-up of ${logicalName}`)
  if (!targets.includes(find.table)) {
    throw new TypeError(`${what}, and cannot point at ${find.table}, only at ${targets.join(', ')}`)
  }
  const target = await tableOrNone(metadata, find.table, call)
  if (target !== undefined && !target.columns.has(find.column)) {
    throw new TypeError(`${what}, and ${find.table} has no such column${meant(find.column, target)}`)
  }
}

/** A target whose definition may not be read is found out by the rows. */
async function tableOrNone(
  metadata: Pick<MetadataReader, 'table'>,
  name: string,
  call: CallOptions,
): Promise<TableMetadata | undefined> {
  try {
    return await metadata.table(name, call)
  } catch (error) {
    if (isDataverseError(error) && (error.code === 'not-found' || error.code === 'forbidden'))
      return undefined
    throw error
  }
}

function meant(name: string, { columns }: TableMetadata): string {
  const near = nearestNames(name, columns.keys())
  return near === '' ? '' : `; did you mean ${near}?`
}
