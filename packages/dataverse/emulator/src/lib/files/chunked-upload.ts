import { ServiceError } from '../http/service-error.js'
import type { ServiceResponse } from '../http/service-response.js'
import { optionRefused } from '../query/query-errors.js'
import type { RowRequest } from '../routes/row-requests.js'
import type { Column } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { parseContentRange } from './content-range.js'
import { mimeTypeOf } from './file-names.js'
import { checkFileSize, setFile } from './set-file.js'
import { type FilePlace, hasChunk, joinChunks } from './upload-sessions.js'

/** Begins an upload in chunks: answers where they go, and how large they may be. */
export function startChunkedUpload(
  { service, request, table }: RowRequest,
  row: StoredRow,
  column: Column,
  fileName: string,
): ServiceResponse {
  if (!service.options.files.chunking) throw chunkingUnsupported('Uploading')
  const place = placeOf({ table }, row, column)
  const token = service.sessionTokens.next()
  service.uploads.begin(token, place, fileName)
  return {
    status: 200,
    headers: {
      'Accept-Ranges': 'bytes',
      Location: `${request.serviceRoot}/${table.entitySetName}(${place.rowId})/${place.column}?sessiontoken=${token}`,
      'x-ms-chunk-size': String(service.options.files.chunkBytes),
      'Access-Control-Expose-Headers': 'x-ms-chunk-size',
    },
  }
}

/** Takes one chunk. They may come in any order; the one that fills the last gap stores the file. */
export function receiveChunk(
  context: RowRequest,
  row: StoredRow,
  column: Column,
  token: string,
): ServiceResponse {
  const { service, request, table } = context
  const session = service.uploads.find(token, placeOf(context, row, column))
  const range = parseContentRange(request.headers['content-range'])
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  if (bytes.length !== range.last - range.first + 1) {
    throw optionRefused(`The chunk has ${bytes.length} bytes, its Content-Range tells of others.`)
  }
  if (bytes.length > service.options.files.chunkBytes) throw chunkTooLarge(service)
  if (session.size !== undefined && session.size !== range.size) {
    throw optionRefused(`The file had ${session.size} bytes in all, and has ${range.size} now.`)
  }
  checkFileSize(column, range.size)
  if (session.isDone || hasChunk(session, range)) {
    if (service.options.files.resentChunk === 'refused') {
      throw optionRefused(`The chunk from byte ${range.first} on has come already.`)
    }
    if (session.isDone) return { status: 204 }
  }
  session.size = range.size
  session.pieces.set(String(range.first), bytes)
  const whole = joinChunks(session)
  if (whole === undefined) return { status: 206 }
  const { fileName } = session
  service.store.transact(() =>
    setFile(service, table, row, column, { name: fileName, mimeType: mimeTypeOf(fileName), bytes: whole }),
  )
  session.isDone = true
  session.pieces.clear()
  return { status: 204 }
}

/** 400 for a piece that is larger than the service takes. */
export function chunkTooLarge({ options }: Service): ServiceError {
  return new ServiceError(400, '0x80090008', `A chunk has at most ${options.files.chunkBytes} bytes.`)
}

/** 400 where files are kept in the database. */
export function chunkingUnsupported(what: 'Uploading' | 'Downloading'): ServiceError {
  return new ServiceError(
    400,
    '0x80090017',
    `${what} in multiple chunks is not supported for the files stored in the database.`,
  )
}

/** The column of a row as a place for a file. */
export function placeOf({ table }: Pick<RowRequest, 'table'>, row: StoredRow, column: Column): FilePlace {
  return {
    table: table.logicalName,
    rowId: row[table.primaryIdColumn] as string,
    column: column.logicalName,
  }
}
