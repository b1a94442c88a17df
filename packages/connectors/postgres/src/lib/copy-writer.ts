import { DataverseError, isDataverseError } from '@deltaverse/core'
import type { Connection } from './connection.js'
import { asSinkError, placeOfCopyError } from './postgres-error.js'

/** Writes lines to a table by `COPY`, no faster than the server takes them. */
export interface CopyWriter {
  write(line: string, id: string): Promise<void> | undefined
  /** Resolves once the server has taken every line. */
  end(): Promise<void>
}

const chunkLength = 64 * 1024
/** After that many lines a COPY ends and another begins, so that the ids kept for messages stay few. */
const linesInCopy = 20_000

/**
 * Creates a writer of lines. Nothing is sent before the first line.
 *
 * @param doing what is being done, for messages
 */
export function createCopyWriter(connection: Connection, sql: string, doing: string): CopyWriter {
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
    const cause = asSinkError(error, doing)
    if (id === undefined || !isDataverseError(cause)) throw cause
    const column = place?.column === undefined ? '' : `, column '${place.column}'`
    throw new DataverseError(`The row ${id}${column}: ${cause.message}`, {
      code: cause.code,
      retryable: cause.retryable,
      cause: error,
    })
  }

  return {
    write(line, id) {
      pending += line
      ids.push(id)
      if (ids.length >= linesInCopy) return finish()
      return pending.length < chunkLength ? undefined : flush()
    },
    end: finish,
  }
}

/** One `COPY … FROM STDIN`. An error of the server or of the connection rejects whatever waits, and everything after. */
function startCopy(
  connection: Connection,
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
