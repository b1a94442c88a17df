import type { CallOptions } from '@deltaverse/core'
import type { TableSource, WriterTable } from './table-port.js'

/** The states of a table, as far as writing them needs to know. */
export interface TableStates {
  /** The state that a new row begins in, whatever its create says. */
  readonly first: number
  /** Which state a status belongs to. */
  readonly ofStatus: ReadonlyMap<number, number>
}

/** Those of most tables: rows begin in state 0. */
export const usualStates: TableStates = { first: 0, ofStatus: new Map() }

/** Reads the states from the definition. Where it does not say, rows begin in state 0, as those of most tables do. */
export async function readTableStates(
  metadata: TableSource,
  { logicalName, columns }: WriterTable,
  call: CallOptions,
): Promise<TableStates> {
  if (columns.get('statecode')?.kind !== 'state') return usualStates
  const [states, statuses] = await Promise.all([
    metadata.details(logicalName, 'state', call),
    metadata.details(logicalName, 'status', call),
  ])
  const { options = [], defaultValue } = states.get('statecode') ?? {}
  const first = options.some(({ value }) => value === defaultValue) ? defaultValue : undefined
  const pairs = (statuses.get('statuscode')?.options ?? []).flatMap(({ value, state }): [number, number][] =>
    state === undefined ? [] : [[value, state]],
  )
  return { first: first ?? usualStates.first, ofStatus: new Map(pairs) }
}
