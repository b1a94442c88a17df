import { readFileSync } from 'node:fs'
import { type RowQuery, tableOfQuery } from '@deltaverse/dataverse'
import { UsageError } from '../program/usage-error.js'
import type { TableChoice } from './table-choice.js'

/**
 * A query that is pulled like a table.
 *
 * @param keptAs what the rows are kept as. Default: the collection that is asked
 * @throws UsageError for what is no query, and for a file that is not there
 */
export function queryChoice(query: RowQuery, keptAs?: string): TableChoice {
  try {
    const name = tableOfQuery(query)
    return { name: keptAs ?? name, query }
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}

/** A query in a file of FetchXML. @throws UsageError */
export function readFetchXml(path: string): RowQuery {
  try {
    return { fetchXml: readFileSync(path, 'utf8').replace(/^\uFEFF/, '') }
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
