import { methodNotAllowed, ServiceError, segmentNotFound } from '../http/service-error.js'
import type { ServiceResponse } from '../http/service-response.js'
import { parseQueryParts } from '../query/query-parts.js'
import { checkIfMatch, parseConditions } from '../routes/conditions.js'
import type { RowRequest } from '../routes/row-requests.js'
import type { Column } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import { receiveChunk, startChunkedUpload } from './chunked-upload.js'
import { downloadAsJson, downloadFile } from './download-file.js'
import { mimeTypeOf } from './file-names.js'
import { clearFile, setFile } from './set-file.js'

/** The content type of files, whatever is in them. */
const binary = /^application\/octet-stream\b/i

/**
 * Serves `accounts(…)/new_file`: uploads in one request or in chunks, downloads of the whole or a part, deletion.
 *
 * Source: Microsoft Learn, "Use file column data" and "Use image column data".
 *
 * @returns `undefined` for what works as with any other column.
 */
export function fileRequest(
  context: RowRequest,
  row: StoredRow,
  column: Column,
  suffix: string | undefined,
): ServiceResponse | undefined {
  const { request } = context
  const { method } = request
  if (suffix === '$value') {
    if (method !== 'GET') throw methodNotAllowed(method)
    return downloadFile(context, row, column)
  }
  if (suffix !== undefined) throw segmentNotFound(suffix)
  if (method === 'GET') return downloadAsJson(context, row, column)
  if (method === 'DELETE') {
    if (column.type === 'image') return undefined
    checkIfMatch(context.table, parseConditions(request.headers), row)
    context.service.store.transact(() => clearFile(context.service, context.table, row, column))
    return { status: 204 }
  }
  if (method !== 'PATCH' && method !== 'PUT') throw methodNotAllowed(method)
  return upload(context, row, column)
}

function upload(context: RowRequest, row: StoredRow, column: Column): ServiceResponse | undefined {
  const { service, request, table } = context
  const { headers, body } = request
  const query = new Map(
    parseQueryParts(request.rawQuery).map(({ name, value }) => [name.toLowerCase(), value]),
  )
  const token = query.get('sessiontoken') ?? query.get('filecontinuationtoken')
  const name = headers['x-ms-file-name'] ?? query.get('x-ms-file-name')
  if (token !== undefined) return receiveChunk(context, row, column, token)
  const chunked = headers['x-ms-transfer-mode']?.toLowerCase() === 'chunked'
  const isBinary = binary.test(headers['content-type'] ?? '')
  if (!chunked && !isBinary && column.type === 'image') return undefined
  if (name === undefined || name === '') {
    throw new ServiceError(
      400,
      '0x80040203',
      "A file needs a name: the header or query option 'x-ms-file-name'.",
    )
  }
  if (chunked) return startChunkedUpload(context, row, column, name)
  if (!isBinary) {
    throw new ServiceError(415, '0x80048d19', 'The Content-Type of a file is application/octet-stream.')
  }
  checkIfMatch(table, parseConditions(headers), row)
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  service.store.transact(() =>
    setFile(service, table, row, column, { name, mimeType: mimeTypeOf(name), bytes }),
  )
  return { status: 204 }
}
