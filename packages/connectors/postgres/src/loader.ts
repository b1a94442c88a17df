import { DataverseError, isDataverseError } from '@deltaverse/core'
import type { LoaderStage, RowLoader, SqlValue, StagedRow } from '@deltaverse/sql'
import type { PostgresConnection } from './connection.js'
import { explainError, placeOfCopyError } from './errors.js'

const chunkLength = 64 * 1024
/** After that many lines a COPY ends and another begins, so that the ids kept for messages stay few. */
const linesInCopy = 20_000

/** Creates what brings rows to a table by `COPY`. Nothing is sent before the first row. */
export function createCopyLoader(connection: PostgresConnection, stage: LoaderStage): RowLoader {
  const { doing } = stage
  const sql = `COPY ${stage.table} FROM STDIN`
  const noValues = '\t\\N'.repeat(stage.columns)
  let copy: ReturnType<typeof startCopy> | undefined
  let pending = ''
  let ids: string[] = []

  async function flush(): Promise<void> {
    const text = pending
    pending = ''
    copy ??= startCopy(connection, sql)
    await copy.write(text).catch(explain)
  }

  async function finish(): Promise<void> {
    if (pending !== '') await flush()
    const ended = copy
    copy = undefined
    await ended?.end().catch(explain)
    ids = []
  }

  function explain(error: unknown): never {
    const place = placeOfCopyError(error)
    const id = place === undefined ? undefined : ids[place.line - 1]
    const cause = explainError(error, doing)
    if (id === undefined || !isDataverseError(cause)) throw cause
    const column = place?.column === undefined ? '' : `, column '${place.column}'`
    throw new DataverseError(`The row ${id}${column}: ${cause.message}`, {
      code: cause.code,
      retryable: cause.retryable,
      cause: cause.cause,
    })
  }

  return {
    load(row) {
      pending += formatLine(row, noValues)
      ids.push(row.id)
      if (ids.length >= linesInCopy) return finish()
      return pending.length < chunkLength ? undefined : flush()
    },
    end: finish,
  }
}

/** One `COPY … FROM STDIN`. An error of the server or of the connection rejects whatever waits, and everything after. */
function startCopy(
  connection: PostgresConnection,
  sql: string,
): { write(text: string): Promise<void>; end(): Promise<void> } {
  const stream = connection.copyFrom(sql)
  let failure: { readonly error: unknown } | undefined
  let wake: (() => void) | undefined
  const settle = (): void => wake?.()
  stream.on('error', (error) => {
    failure ??= { error }
    settle()
  })
  stream.on('drain', settle)
  stream.on('finish', settle)

  async function woken(): Promise<void> {
    if (failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = undefined
    }
    if (failure !== undefined) throw failure.error
  }

  return {
    async write(text) {
      if (failure !== undefined) throw failure.error
      if (!stream.write(Buffer.from(text))) await woken()
    },
    async end() {
      stream.end()
      await woken()
    },
  }
}

/** A line of COPY's text format. */
function formatLine(row: StagedRow, noValues: string): string {
  const { number, gone, values } = row
  let line = `${number}${formatValue(row.id)}\t${gone ? 't' : 'f'}${formatValue(row.rowVersion)}${formatValue(row.lacks)}`
  if (gone) return `${line}${noValues}\n`
  for (const value of values) line += formatValue(value)
  return `${line}\n`
}

const specialCharacter = /[\\\n\r\t]/

/** Four characters mean something else in COPY unless a backslash stands before them. */
function formatValue(value: SqlValue): string {
  if (value === null) return '\t\\N'
  const text = String(value)
  if (!specialCharacter.test(text)) return `\t${text}`
  return `\t${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}`
}
