import { BadRowError } from '@deltaverse/bad-rows'
import type { Row } from '@deltaverse/core'
import {
  type BadCharacters,
  type ColumnKind,
  type ColumnSchema,
  createExactNumbers,
  createStorableText,
  memberOf,
  parseExactJson,
  type StorableText,
  storableJson,
  type TableSchema,
  type ValueText,
  valueTexts,
} from '@deltaverse/schema'
import { type CsvDialect, type ResolvedCsvDialect as Dialect, requireCsvDialect } from './csv-dialect.js'
import { type Field, fieldsOf } from './csv-fields.js'
import type { Format, RecordHead, RecordWriter, WrittenChange, WrittenRow } from './format.js'
import { splitLines } from './split-lines.js'

/** The columns of a change that are not the table's: what happened, to which row, in which version. */
const headColumns = ['_kind', '_id', '_version'] as const

/**
 * CSV by RFC 4180: values by the types of the schema, integers and decimals with every digit, dates and GUIDs as they are, JSON
 * as compact text. Null is nothing between two delimiters and empty text is `""`, so both come back as they were; a column that a
 * row does not have is written as null. Members that are no columns (annotations) are left out.
 *
 * Halves of surrogate pairs have no form in UTF-8: `badCharacters` says what becomes of them, and refuses the row unless it is
 * told otherwise.
 *
 * A file of changes begins its records with `_kind`, `_id` and `_version`; deletions have nothing behind these. Text is written
 * as it is, also where a spreadsheet would take it for a formula.
 */
export function csv(options: CsvDialect = {}, badCharacters: BadCharacters = 'refuse'): Format {
  const dialect = requireCsvDialect(options)
  const storable = createStorableText('CSV in UTF-8', badCharacters, 'surrogate-halves')
  const { quote, header } = dialect
  const quoteByte = quote.charCodeAt(0)

  return {
    extension: 'csv',
    dialect,
    needsSchema: true,
    changes: (schema) => changeWriter(requireSchema(schema), dialect, storable),
    rows: (schema) => rowWriter(requireSchema(schema), dialect, storable),
    split() {
      let isQuoted = false
      return splitLines((part) => {
        for (let at = part.indexOf(quoteByte); at !== -1; at = part.indexOf(quoteByte, at + 1)) {
          isQuoted = !isQuoted
        }
        return !isQuoted
      })
    },
    readHeads() {
      let isBehindHeader = !header
      return (record) => {
        if (isBehindHeader) return headOf(fieldsOf(record.toString(), dialect, headColumns.length))
        isBehindHeader = true
        return undefined
      }
    },
    readChanges: (columns) => changeReader(dialect, columns),
  }
}

function requireSchema(schema: TableSchema | undefined): TableSchema {
  if (schema === undefined) {
    throw new TypeError(
      'CSV needs to know the columns: pass tableSchema, or call applySchema() before write()',
    )
  }
  const taken = schema.columns.find(({ name }) => headColumns.some((column) => column === name))
  if (taken === undefined) return schema
  throw new TypeError(`the column ${taken.name} of ${schema.name} cannot be kept: CSV uses its name itself`)
}

function changeWriter(
  schema: TableSchema,
  dialect: Dialect,
  storable: StorableText,
): RecordWriter<WrittenChange> {
  const { delimiter, lineEnd, nullText } = dialect
  const text = textWriter(dialect)
  const row = valuesWriter(schema, dialect, storable)
  const none = `${delimiter}${nullText}`.repeat(schema.columns.length)
  const head = ({ kind, id, rowVersion }: WrittenChange): string =>
    `${kind}${delimiter}${text(id)}${delimiter}${rowVersion === undefined ? nullText : text(rowVersion)}`
  return {
    header: headerOf([...headColumns, ...schema.columns.map(({ name }) => name)], dialect),
    write(changes) {
      let records = ''
      for (const change of changes) {
        records += head(change)
        records += change.kind === 'deleted' ? none : delimiter + row(change)
        records += lineEnd
      }
      return Buffer.from(records)
    },
  }
}

function rowWriter(schema: TableSchema, dialect: Dialect, storable: StorableText): RecordWriter<WrittenRow> {
  const row = valuesWriter(schema, dialect, storable)
  return {
    header: headerOf(
      schema.columns.map(({ name }) => name),
      dialect,
    ),
    write: (changes) => Buffer.from(changes.map((change) => row(change) + dialect.lineEnd).join('')),
  }
}

function headerOf(names: readonly string[], dialect: Dialect): Buffer {
  if (!dialect.header) return Buffer.alloc(0)
  return Buffer.from(names.map(textWriter(dialect)).join(dialect.delimiter) + dialect.lineEnd)
}

/** Writes a text, quoted where it would not come back as it is. */
function textWriter({ delimiter, quote, nullText }: Dialect): (text: string) => string {
  const odd = new RegExp(`[${delimiter === '|' ? '\\|' : delimiter}${quote}\\r\\n]|^[ \\t\ufeff]|[ \\t]$`)
  return (text) =>
    text === nullText || text === '' || odd.test(text)
      ? `${quote}${text.replaceAll(quote, quote + quote)}${quote}`
      : text
}

/** Kinds whose text never holds a character that is to be quoted, whatever the dialect. */
const plainKinds: ReadonlySet<ColumnKind> = new Set(['date', 'timestamp', 'timestamptz', 'uuid', 'boolean'])

function valuesWriter(
  { columns }: TableSchema,
  dialect: Dialect,
  storable: StorableText,
): (change: WrittenRow) => string {
  const { delimiter, nullText } = dialect
  const quoted = textWriter(dialect)
  const writers = columns.map((column) => {
    const { kind } = column.type
    const isNumber = kind === 'decimal' || kind === 'int64' || kind === 'json'
    const isPlain = plainKinds.has(kind) && nullText === ''
    return { column, member: memberOf(column), textOf: textOfKind(kind, storable), isNumber, isPlain }
  })
  return (change) => {
    const { row, bytes } = change
    let exact: ReturnType<typeof createExactNumbers> | undefined
    let values = ''
    for (const { column, member, textOf, isNumber, isPlain } of writers) {
      if (column !== columns[0]) values += delimiter
      let value = row[member]
      if (value === null || value === undefined) {
        values += nullText
        continue
      }
      if (isNumber && bytes !== undefined) {
        exact ??= createExactNumbers(bytes)
        value = exact(member, value as number)
      }
      const text = textOf(value)
      if (typeof text !== 'string') throw badValue(change.id, column, text.fault)
      values += isPlain ? text : quoted(text)
    }
    return values
  }
}

function textOfKind(kind: ColumnKind, storable: StorableText): ValueText {
  const write = valueTexts[kind]
  if (kind !== 'text' && kind !== 'json') return write
  return (value) => {
    const text = write(value)
    if (typeof text !== 'string') return text
    return kind === 'text' ? storable(text) : storableJson(text, storable)
  }
}

function badValue(id: string, column: ColumnSchema, why: string): BadRowError {
  return new BadRowError(
    `The row ${id} cannot be written as CSV: its column '${column.name}' ${why}. Nothing is lost: the rows before it and it come again with the next run`,
    { id, member: memberOf(column), why },
  )
}

function headOf([kind, id, rowVersion]: readonly Field[]): RecordHead & Pick<WrittenChange, 'kind'> {
  if ((kind !== 'upserted' && kind !== 'deleted') || id === undefined) {
    throw new TypeError('it holds no change')
  }
  return { kind, id, rowVersion }
}

function changeReader(
  dialect: Dialect,
  columns: readonly ColumnSchema[] | undefined,
): (record: Buffer) => WrittenChange | undefined {
  const known = new Map(columns?.map((column) => [column.name, column]))
  let names = columns?.map(({ name }) => name)
  if (!dialect.header && names === undefined) {
    throw new TypeError('CSV without a header needs to know the columns: pass them')
  }
  let isBehindHeader = !dialect.header
  return (record) => {
    const fields = fieldsOf(record.toString(), dialect)
    if (!isBehindHeader) {
      isBehindHeader = true
      names = fields.slice(headColumns.length).map((name) => name ?? '')
      return undefined
    }
    const { kind, id, rowVersion } = headOf(fields)
    if (kind === 'deleted') return { kind, id, rowVersion: undefined }
    const values = fields.slice(headColumns.length)
    if (values.length !== names?.length) {
      throw new TypeError(`it has ${values.length} values for ${names?.length ?? 0} columns`)
    }
    const row = names.map((name, at): [string, unknown] => {
      const column = known.get(name) ?? { name, type: { kind: 'text' } }
      const text = values[at]
      return [memberOf(column), text === undefined ? null : parsedValue(column.type.kind, text)]
    })
    return { kind, id, rowVersion, row: Object.fromEntries(row) satisfies Row }
  }
}

/** The value that a text was written for. Numbers too long for a double stay text, with every digit. */
function parsedValue(kind: ColumnKind, text: string): unknown {
  switch (kind) {
    case 'int32':
    case 'int64':
    case 'decimal':
    case 'double':
    case 'enum':
    case 'json':
      return parseExactJson(text)
    case 'boolean':
      return text === 'true'
    default:
      return text
  }
}
