import { BadRowError } from '@deltaverse/bad-rows'
import { type Change, DataverseError, type UpsertedChange } from '@deltaverse/core'
import {
  type BadCharacters,
  type ColumnType,
  createExactNumbers,
  createStorableText,
  type ExactNumbers,
  type StorableText,
  storableJson,
  type ValueFault,
  type ValueText,
  valueTexts,
} from '@deltaverse/schema'
import { isAnnotation, type ResolvedColumn } from './columns.js'
import type { SqlValue } from './connection.js'
import type { SqlDialect, StagedRow } from './dialect.js'

export interface RowEncoderOptions {
  readonly dialect: Pick<SqlDialect, 'name' | 'types'>
  readonly id: ColumnType
  /** In the order of the staging table. */
  readonly columns: readonly ResolvedColumn[]
  readonly badCharacters: BadCharacters
  readonly unknownMembers: 'ignore' | 'refuse'
  readonly absentMembers: 'keep' | 'empty'
}

/** Makes a change what lies in the staging table. */
export type RowEncoder = (change: Change, number: number) => StagedRow

interface ColumnWriter {
  readonly column: ResolvedColumn
  /** Whether a double may have lost digits of it. */
  readonly keepsDigits: boolean
  /** Whether the column keeps what it held where a row comes without the member. */
  readonly keepsOld: boolean
  readonly write: (value: unknown) => string | ValueFault
  readonly convert: ((text: string) => SqlValue) | undefined
}

/**
 * Creates the encoder for a list of columns. Its errors name the row and the column; those about values of one row are
 * `BadRowError`s.
 */
export function createRowEncoder(options: RowEncoderOptions): RowEncoder {
  const { dialect, columns } = options
  const storable = createStorableText(dialect.name, options.badCharacters, 'surrogate-halves-and-nul')
  const known = new Set(columns.map(({ member }) => member))
  const checkId =
    options.id.kind === 'uuid' ? checkGuid : createIdCheck(storable, valueTexts[options.id.kind])
  const writers = columns.map((column): ColumnWriter => {
    const { kind } = column.type
    return {
      column,
      keepsDigits: kind === 'decimal' || kind === 'int64',
      keepsOld: column.optional && options.absentMembers === 'keep' && !isAnnotation(column.member),
      write: writerOf(kind, storable),
      convert: dialect.types.write[kind],
    }
  })

  function encodeRow(change: UpsertedChange): Pick<StagedRow, 'lacks' | 'values'> {
    const { id, row } = change
    let exact: ExactNumbers | undefined
    const digits = (member: string, parsed: number): unknown => {
      exact ??= createExactNumbers(change.bytes)
      return exact(member, parsed)
    }
    let lacks = ''
    const values = writers.map((writer, place): SqlValue => {
      const { column, keepsDigits, keepsOld } = writer
      const value = row[column.member]
      if (value === undefined) {
        if (!column.optional) throw missingMember(id, column)
        if (keepsOld) lacks += `${lacks === '' ? ',' : ''}${place},`
        return null
      }
      if (value === null) return null
      const whole = keepsDigits && typeof value === 'number' ? digits(column.member, value) : value
      return writeValue(writer, id, whole)
    })
    return { lacks: lacks === '' ? null : lacks, values }
  }

  return (change, number) => {
    const { id } = change
    checkId(id)
    if (change.kind === 'deleted')
      return { number, id, gone: true, rowVersion: null, lacks: null, values: [] }
    if (options.unknownMembers === 'refuse') refuseUnknown(change, known)
    return { number, id, gone: false, rowVersion: versionText(change), ...encodeRow(change) }
  }
}

function writeValue({ column, write, convert }: ColumnWriter, id: string, value: unknown): SqlValue {
  const text = write(value)
  if (typeof text !== 'string') throw badValue(id, column, text.fault)
  return convert === undefined ? text : convert(text)
}

function writerOf(kind: ColumnType['kind'], storable: StorableText): ValueText {
  const write = valueTexts[kind]
  if (kind !== 'text' && kind !== 'json') return write
  return (value) => {
    const text = write(value)
    if (typeof text !== 'string') return text
    return kind === 'text' ? storable(text) : storableJson(text, storable)
  }
}

const guidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function checkGuid(id: string): void {
  if (!guidShape.test(id)) throw badKey(id, 'has an id that is no GUID')
}

function createIdCheck(storable: StorableText, write: ValueText): (id: string) => void {
  return (id) => {
    const text = write(id)
    const taken = typeof text === 'string' ? storable(text) : text
    if (typeof taken !== 'string') throw badKey(id, `has an id that ${taken.fault}`)
  }
}

function versionText({ id, rowVersion }: UpsertedChange): string | null {
  if (rowVersion === undefined) return null
  if (/^\d{1,18}$/.test(rowVersion)) return rowVersion
  const text = valueTexts.int64(rowVersion)
  if (typeof text === 'string') return text
  throw badKey(id, `has a row version that ${text.fault}`)
}

/** Annotations and the primary key, which the sink keeps in `id`, need no column. */
function refuseUnknown({ id, row }: UpsertedChange, known: ReadonlySet<string>): void {
  for (const [member, value] of Object.entries(row)) {
    if (known.has(member) || isAnnotation(member) || value === id) continue
    throw misfit(
      id,
      `has the member '${member}', for which there is no column. Add it to columns, or set unknownMembers: 'ignore'`,
    )
  }
}

function missingMember(id: string, { member }: ResolvedColumn): DataverseError {
  return misfit(
    id,
    `has no member '${member}'. Select it in the source, take it out of columns, or mark it { optional: true }`,
  )
}

/** What every row of the table would be refused for: not its own fault. */
function misfit(id: string, what: string): DataverseError {
  return new DataverseError(messageOf(id, what), { code: 'sink-failed' })
}

function badKey(id: string, why: string): BadRowError {
  return new BadRowError(messageOf(id, why), { id, member: undefined, why })
}

function badValue(id: string, { column, member }: ResolvedColumn, why: string): BadRowError {
  return new BadRowError(messageOf(id, `cannot be kept: its column '${column}' ${why}`), { id, member, why })
}

function messageOf(id: string, what: string): string {
  return `The row ${id} ${what}. Nothing is lost: the rows before it and it come again with the next run.`
}
