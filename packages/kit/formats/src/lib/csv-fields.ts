import type { ResolvedCsvDialect } from './csv-dialect.js'

/** A value as it stands in a record; `undefined` for null. */
export type Field = string | undefined

/** The values of a record, or the first few of them. @throws Error when a quote is not closed */
export function fieldsOf(
  record: string,
  { delimiter, quote, nullText }: ResolvedCsvDialect,
  most: number = Number.POSITIVE_INFINITY,
): readonly Field[] {
  const end = record.endsWith('\r\n') ? record.length - 2 : record.length - 1
  const fields: Field[] = []
  for (let at = 0; at <= end && fields.length < most; at += 1) {
    if (record[at] === quote) {
      const close = closingQuote(record, quote, at + 1)
      fields.push(record.slice(at + 1, close).replaceAll(quote + quote, quote))
      at = close + 1
    } else {
      const next = record.indexOf(delimiter, at)
      const close = next === -1 || next > end ? end : next
      const text = record.slice(at, close)
      fields.push(text === nullText ? undefined : text)
      at = close
    }
  }
  return fields
}

function closingQuote(record: string, quote: string, from: number): number {
  for (let at = record.indexOf(quote, from); at !== -1; at = record.indexOf(quote, at + 2)) {
    if (record[at + 1] !== quote) return at
  }
  throw new TypeError('a quote in it is not closed')
}
