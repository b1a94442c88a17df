import { wantsTextNumbers } from '../http/ieee754.js'
import type { ParsedRequest } from '../http/service-response.js'
import type { QueryOptions } from '../query/query-options.js'
import { createRowFormat } from '../query/row-json.js'
import type { RowFormat } from '../query/row-shape.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'

/** Finds the function that writes the rows of a request, and keeps it for the next request of the same kind. */
export interface RowFormats {
  for(
    table: Table,
    query: Pick<QueryOptions, 'select' | 'expand'>,
    request: Pick<ParsedRequest, 'headers' | 'preferences' | 'serviceRoot'>,
  ): RowFormat
}

const maxFormats = 16
/** Rows whose text one format keeps, so that its memory stays bounded. */
const maxKeptRows = 10_000

/** Creates the row formats of one service. */
export function createRowFormats(service: Service): RowFormats {
  const known = new Map<string, RowFormat>()
  return {
    for(table, { select, expand }, request) {
      const { preferences, serviceRoot } = request
      const annotations = preferences.includeAnnotations
      const textNumbers = wantsTextNumbers(request)
      const make = (): RowFormat =>
        createRowFormat(table, {
          schema: service.schema,
          related: service.related,
          serviceRoot,
          select,
          expand,
          annotations,
          textNumbers,
        })
      // Expanded rows and the names of lookups change while the row itself does not.
      if (expand.length > 0 || annotations.length > 0 || textNumbers) return make()
      const names = select?.map((column) => column.logicalName).join() ?? '*'
      const signature = `${service.tables.version()} ${table.logicalName} ${names}`
      let format = known.get(signature)
      if (format === undefined) {
        format = remembering(make())
        known.set(signature, format)
        if (known.size > maxFormats) forgetOldest(known)
      }
      return format
    },
  }
}

function forgetOldest(known: Map<string, RowFormat>): void {
  for (const oldest of known.keys()) {
    known.delete(oldest)
    return
  }
}

function remembering(format: RowFormat): RowFormat {
  let texts = new WeakMap<StoredRow, string>()
  let kept = 0
  return (row) => {
    const known = texts.get(row)
    if (known !== undefined) return known
    const text = format(row)
    if (kept === maxKeptRows) {
      texts = new WeakMap()
      kept = 0
    }
    texts.set(row, text)
    kept += 1
    return text
  }
}
