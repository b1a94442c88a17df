import type { Row } from '@deltaverse/core'
import { parseExactJson } from '@deltaverse/schema'
import type { RunPlan } from '../plan/run-plan.js'

/** What a representation says of a row that was written. */
export interface Representation {
  readonly id?: string | undefined
  /** The columns that were asked for; absent where none were. Numbers that JavaScript cannot hold come as text. */
  readonly stored?: Row | undefined
}

const nothing: Representation = {}

/** Reads a representation; what is none says nothing. */
export function readRepresentation(
  { table, options }: Pick<RunPlan, 'table' | 'options'>,
  text: string,
): Representation {
  const body = parseObject(text)
  if (body === undefined) return nothing
  const { '@odata.context': _, ...row } = body
  const id = row[table.primaryIdColumn]
  return {
    ...(typeof id === 'string' ? { id } : {}),
    ...(options.returnColumns.length === 0 ? {} : { stored: row }),
  }
}

function parseObject(text: string): Row | undefined {
  try {
    const value = parseExactJson(text)
    return typeof value === 'object' && value !== null ? (value as Row) : undefined
  } catch {
    return undefined
  }
}
