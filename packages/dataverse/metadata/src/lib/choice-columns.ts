import type { CallOptions } from '@deltaverse/core'
import type { MetadataReader } from './metadata-reader.js'
import type { ChoiceOption, TableMetadata } from './table-metadata.js'

const choiceKinds = ['boolean', 'choice', 'choices', 'state', 'status'] as const

/** The kinds of column whose values have labels. */
export type ChoiceKind = (typeof choiceKinds)[number]

/** A column whose values have labels. */
export interface ChoiceColumn {
  readonly logicalName: string
  readonly kind: ChoiceKind
  readonly options: readonly ChoiceOption[]
}

/** The columns of a table whose values have labels, with their options: one request for each kind that the table has. */
export async function readChoiceColumns(
  metadata: Pick<MetadataReader, 'details'>,
  { logicalName: table, columns }: Pick<TableMetadata, 'logicalName' | 'columns'>,
  call: CallOptions = {},
): Promise<readonly ChoiceColumn[]> {
  const found: ChoiceColumn[] = []
  for (const kind of choiceKinds) {
    const ofKind = [...columns.values()].filter((column) => column.kind === kind)
    if (ofKind.length === 0) continue
    const details = await metadata.details(table, kind, call)
    for (const { logicalName } of ofKind) {
      found.push({ logicalName, kind, options: details.get(logicalName)?.options ?? [] })
    }
  }
  return found
}
