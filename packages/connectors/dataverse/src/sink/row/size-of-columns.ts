import type { Columns } from '../plan/columns.js'

/** Size of columns as JSON in bytes, but for characters that JSON escapes: good enough to close a request by. */
export function sizeOfColumns(columns: Columns): number {
  let bytes = 2
  for (const name of Object.keys(columns)) bytes += name.length + 4 + sizeOfValue(columns[name])
  return bytes
}

function sizeOfValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return Buffer.byteLength(value) + 2
    case 'number':
      return 12
    case 'boolean':
      return 5
    default:
      return value === null ? 4 : Buffer.byteLength(JSON.stringify(value) ?? '')
  }
}
