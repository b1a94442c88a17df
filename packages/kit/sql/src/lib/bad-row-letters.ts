import { type BadRowError, type BadRows, unknownVersion } from '@deltaverse/bad-rows'
import type { Change } from '@deltaverse/core'
import type { ResolvedColumn } from './columns.js'
import type { SqlDialect, StagedRow } from './dialect.js'

/** Writes letters about rows that a database refuses. */
export interface BadRowLetters {
  readonly isKept: boolean
  /** A value that could not be written into any statement. */
  ofChange(change: Change, error: BadRowError, kept: Kept): void
  /** A row that the database refused, as it was staged; with the places of columns that are kept empty in it, if it is kept. */
  ofStaged(row: Omit<StagedRow, 'number' | 'lacks'>, error: unknown, emptied?: readonly number[]): void
}

type Kept = 'nothing' | 'without-column'

export function createBadRowLetters(
  { errors }: Pick<SqlDialect, 'errors'>,
  badRows: BadRows,
  columns: readonly ResolvedColumn[],
  doing: string,
): BadRowLetters {
  return {
    isKept: badRows.policy === 'null-and-report',
    ofChange(change, { member, why }, kept) {
      const { kind, id, rowVersion } = change
      badRows.take({
        kind,
        id,
        ...(rowVersion !== undefined && rowVersion !== unknownVersion && { rowVersion }),
        ...(member !== undefined && { column: member }),
        why,
        kept,
        ...(change.kind === 'upserted' && { row: JSON.parse(new TextDecoder().decode(change.bytes)) }),
      })
    },
    ofStaged({ id, gone, rowVersion, values }, error, emptied) {
      const row = Object.fromEntries(columns.map(({ member }, at) => [member, shown(values[at])]))
      const letter = {
        kind: gone ? ('deleted' as const) : ('upserted' as const),
        id,
        ...(rowVersion !== null && rowVersion !== unknownVersion && { rowVersion }),
        why: errors.explain(error, doing).message,
        ...(!gone && { row }),
      }
      if (emptied === undefined) badRows.take({ ...letter, kept: 'nothing' })
      for (const place of emptied ?? []) {
        badRows.take({ ...letter, column: columns[place]?.member ?? '', kept: 'without-column' })
      }
    },
  }
}

function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return typeof value === 'bigint' ? String(value) : (value ?? null)
}
