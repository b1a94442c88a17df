import type { CallOptions } from '@deltaverse/core'
import type { ColumnDetail, MetadataReader, TableMetadata } from '@deltaverse/metadata'
import type { KeyValues } from '@deltaverse/values'
import { type TextComparison, type TypedKey, typeKey } from '@deltaverse/values'

/** Types keys by the definitions of their tables. */
export interface KeyTyper {
  /** @throws DataverseError `bad-input` or `bad-request` for a key that cannot be sent, `not-found` for an unknown table */
  type(table: string, values: KeyValues, call: CallOptions): Promise<TypedKey>
}

const none: ReadonlyMap<string, ColumnDetail> = new Map()

/** Creates a typer. Details of date columns are asked for once a key holds a date. */
export function createKeyTyper(
  metadata: Pick<MetadataReader, 'table' | 'details'>,
  textComparison: TextComparison,
): KeyTyper {
  return {
    async type(tableName, values, call) {
      const table = await metadata.table(tableName, call)
      const details = hasDate(table, values) ? await metadata.details(tableName, 'date', call) : none
      return typeKey(table, values, { details, textComparison })
    },
  }
}

function hasDate(table: TableMetadata, values: KeyValues): boolean {
  return Object.keys(values).some((name) => table.columns.get(name.toLowerCase())?.kind === 'date')
}
