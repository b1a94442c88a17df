import type { CallOptions } from '@deltaverse/core'
import type {
  ChoiceOption,
  ColumnDetail,
  ColumnMetadata,
  DetailedKind,
  MetadataReader,
} from '@deltaverse/metadata'
import { isPlainBoolean } from '@deltaverse/values'
import type { Places } from './column-places.js'
import type { SourceRow } from './row-translation.js'

/** What typed definitions say of the columns in some rows. */
export interface RowDetails {
  of(column: ColumnMetadata): ColumnDetail
  readonly states: readonly ChoiceOption[]
  readonly statuses: readonly ChoiceOption[]
}

/** Reads the details that these rows need and no others: one request for each kind of column, unless it is known. */
export async function readRowDetails(
  metadata: Pick<MetadataReader, 'details'>,
  table: string,
  rows: readonly SourceRow[],
  places: Places,
  call: CallOptions,
): Promise<RowDetails> {
  const kinds = new Set<DetailedKind>()
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      const value = row[name]
      if (value === null || value === undefined) continue
      const place = places(name)
      if (place.kind === 'status') kinds.add('state').add('status')
      else if (place.kind === 'value') addKind(kinds, place.column, value)
    }
  }
  const known = new Map<string, ReadonlyMap<string, ColumnDetail>>()
  await Promise.all(
    [...kinds].map(async (kind) => known.set(kind, await metadata.details(table, kind, call))),
  )
  return {
    of: ({ kind, logicalName }) => known.get(kind)?.get(logicalName) ?? {},
    states: known.get('state')?.get('statecode')?.options ?? [],
    statuses: known.get('status')?.get('statuscode')?.options ?? [],
  }
}

function addKind(kinds: Set<DetailedKind>, { kind }: ColumnMetadata, value: unknown): void {
  if (kind === 'choice' || kind === 'choices' || kind === 'date') kinds.add(kind)
  else if (kind === 'boolean' && !isPlainBoolean(value)) kinds.add(kind)
}
