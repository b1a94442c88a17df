import { type Change, DataverseError, type UpsertedChange } from '@deltaverse/core'
import { createExactNumbers, type ExactNumbers } from '@deltaverse/schema'
import type { ResolvedColumn } from './column.js'
import { columnTexts, type InvalidText } from './column-text.js'

export interface RowEncoderOptions {
  /** In the order of the staging table. */
  readonly columns: readonly ResolvedColumn[]
  readonly invalidText: InvalidText
  readonly unknownMembers: 'ignore' | 'refuse'
}

/** Writes a change as a line of `COPY … FROM STDIN` in text format: number, id, whether it is gone, row version, columns. */
export type RowEncoder = (change: Change, number: number) => string

/** Creates the writer of lines for a list of columns. Its errors name the row and the column. */
export function createRowEncoder(options: RowEncoderOptions): RowEncoder {
  const { columns, invalidText } = options
  const known = new Set(columns.map(({ member }) => member))
  const noColumns = `\t\\N`.repeat(columns.length)
  const writers = columns.map((column) => ({ column, write: columnTexts[column.type] }))

  function columnTextsOf(change: UpsertedChange): string {
    const { id, row } = change
    let texts = ''
    let exact: ExactNumbers | undefined
    for (const { column, write } of writers) {
      let value = row[column.member]
      if (value === undefined && !column.optional) throw missingMember(id, column)
      if (value === null || value === undefined) {
        texts += '\t\\N'
        continue
      }
      if (typeof value === 'number' && (column.type === 'numeric' || column.type === 'bigint')) {
        exact ??= createExactNumbers(change.bytes)
        value = exact(column.member, value)
      }
      const text = write(value, invalidText)
      if (typeof text !== 'string') {
        throw badRow(id, `cannot be kept: its column '${column.column}' ${text.fault}`)
      }
      texts += `\t${specialCharacter.test(text) ? escapeText(text) : text}`
    }
    return texts
  }

  return (change, number) => {
    const { id } = change
    if (!guidShape.test(id)) throw badRow(id, 'has an id that is no GUID')
    if (change.kind === 'deleted') return `${number}\t${id}\tt\t\\N${noColumns}\n`
    if (options.unknownMembers === 'refuse') refuseUnknown(change, known)
    return `${number}\t${id}\tf\t${versionText(change)}${columnTextsOf(change)}\n`
  }
}

const guidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const specialCharacter = /[\\\n\r\t]/

/** COPY's text format: these four mean something else unless a backslash stands before them. */
function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
}

function versionText({ id, rowVersion }: UpsertedChange): string {
  if (rowVersion === undefined) return '\\N'
  if (/^\d{1,18}$/.test(rowVersion)) return rowVersion
  const text = columnTexts.bigint(rowVersion, 'refuse')
  if (typeof text === 'string') return text
  throw badRow(id, `has a row version that ${text.fault}`)
}

/** Annotations and the primary key, which the sink keeps in `id`, need no column. */
function refuseUnknown({ id, row }: UpsertedChange, known: ReadonlySet<string>): void {
  for (const [member, value] of Object.entries(row)) {
    if (known.has(member) || member.includes('@') || value === id) continue
    throw badRow(
      id,
      `has the member '${member}', for which there is no column. Add it to columns, or set unknownMembers: 'ignore'`,
    )
  }
}

function missingMember(id: string, { member }: ResolvedColumn): DataverseError {
  return badRow(
    id,
    `has no member '${member}'. Select it in the feed, take it out of columns, or mark it { optional: true }`,
  )
}

function badRow(id: string, what: string): DataverseError {
  return new DataverseError(
    `The row ${id} ${what}. Nothing is lost: the rows before it and it come again with the next run.`,
    { code: 'sink-failed' },
  )
}
