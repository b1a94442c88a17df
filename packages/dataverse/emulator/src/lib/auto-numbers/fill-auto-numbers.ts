import type { Table } from '../schema/table.js'
import type { Service } from '../service.js'
import type { RowValues } from '../writing/read-body.js'
import { readColumnValue } from '../writing/read-value.js'
import { autoNumberText } from './auto-number-text.js'

/**
 * Makes the numbers of a new row that the request does not name. A number that was sent stays, and null means that there
 * is none. Must run inside a transaction.
 *
 * @throws ServiceError 400 for a format that cannot be filled, or a number that is longer than its column.
 */
export function fillAutoNumbers(service: Service, table: Table, values: RowValues): void {
  for (const column of table.autoNumberColumns) {
    const { logicalName: name, autoNumberFormat: format } = column
    if (format === undefined || values[name] !== undefined) continue
    const text = autoNumberText(format, {
      sequence: () => service.autoNumbers.take(table.logicalName, name),
      now: service.options.clock(),
      random: (length) => randomText(service, length),
    })
    values[name] = readColumnValue(table, column, text)
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Follows from the seed, like everything. */
function randomText({ randomIds }: Service, length: number): string {
  const digits = randomIds.next().replaceAll('-', '')
  return Array.from({ length }, (_, index) => {
    const byte = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16)
    return letters[byte % letters.length]
  }).join('')
}
