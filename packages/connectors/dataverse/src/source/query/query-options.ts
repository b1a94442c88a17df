import type { SourceEvent } from '@deltaverse/core'
import { callable, defineOptions, type OptionsInput, signal } from '@deltaverse/options'
import { changeFeedOptions } from '../options.js'

const {
  annotations,
  pageSize,
  maxRecordBytes,
  maxDepth,
  exactNumbers,
  readAheadBytes,
  maxPageRetries,
  clock,
  random,
} = changeFeedOptions.spec

/** The options of `queryRows()`. */
export const queryRowsOptions = defineOptions('queryRows()', {
  annotations,
  pageSize,
  maxRecordBytes,
  maxDepth,
  exactNumbers,
  readAheadBytes,
  maxPageRetries,
  clock,
  random,
  onEvent: callable<(event: SourceEvent) => void>()({
    defaultText: 'nothing',
    doc: 'Told of pages and retries. Not waited for.',
  }),
  signal: signal({ doc: 'Ends it.' }),
})

export type QueryRowsOptions = OptionsInput<typeof queryRowsOptions.spec>

/**
 * What to ask: an address relative to the service root, `accounts?$select=name&$filter=statecode eq 0`, of any collection that
 * the Web API answers with pages of rows; or a query in FetchXML.
 */
export type RowQuery = string | { readonly fetchXml: string }
