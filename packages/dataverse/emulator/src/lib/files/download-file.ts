import { ServiceError } from '../http/service-error.js'
import { jsonContentType, jsonResponse, type ServiceResponse } from '../http/service-response.js'
import { formatContext } from '../query/format-context.js'
import { parseQueryParts } from '../query/query-parts.js'
import type { RowRequest } from '../routes/row-requests.js'
import type { Column } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { chunkingUnsupported } from './chunked-upload.js'
import { parseRange } from './content-range.js'
import { contentDisposition, headerText } from './file-names.js'

/** A file that is there, with what is told of it. */
export interface HeldFile {
  readonly bytes: Buffer
  readonly name: string | undefined
  readonly mimeType: string
}

/** Serves `GET accounts(…)/new_file/$value`, whole or a part; 204 where there is no file. */
export function downloadFile(
  { service, request }: RowRequest,
  row: StoredRow,
  column: Column,
): ServiceResponse {
  const full = parseQueryParts(request.rawQuery).some(
    ({ name, value }) => name.toLowerCase() === 'size' && value.toLowerCase() === 'full',
  )
  const file =
    column.type === 'image' ? heldImage(service, row, column, full) : heldFile(service, row, column)
  if (file === undefined) return { status: 204 }
  const size = file.bytes.length
  const range = parseRange(request.headers.range, size)
  if (range === 'unsatisfiable') {
    throw new ServiceError(416, '0x80060888', `The range begins behind the ${size} bytes of the file.`)
  }
  const told = {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': contentDisposition(file.name),
    // Seen to be missing where only the thumbnail is there.
    ...(column.type === 'image' && !full ? {} : { 'x-ms-file-size': String(size) }),
    ...(file.name === undefined ? {} : { 'x-ms-file-name': headerText(file.name) }),
    mimetype: file.mimeType,
  }
  if (range === 'whole') {
    return {
      status: 200,
      headers: { ...told, 'Access-Control-Expose-Headers': 'x-ms-file-size; x-ms-file-name; mimetype' },
      body: file.bytes,
    }
  }
  if (!service.options.files.chunking && (range.first > 0 || range.last < size - 1)) {
    throw chunkingUnsupported('Downloading')
  }
  return {
    status: 206,
    headers: {
      ...told,
      'x-ms-chunk-size': String(service.options.files.chunkBytes),
      'Access-Control-Expose-Headers': 'x-ms-file-size; x-ms-file-name; x-ms-chunk-size; mimetype',
    },
    body: file.bytes.subarray(range.first, range.last + 1),
  }
}

/**
 * Serves `GET accounts(…)/new_file`: what {@link downloadFile} does, but the bytes are base64 in JSON. Not in today's
 * documents; a public client downloads in this way.
 */
export function downloadAsJson(context: RowRequest, row: StoredRow, column: Column): ServiceResponse {
  const { request, table } = context
  const { status, headers, body } = downloadFile(context, row, column)
  if (body === undefined) return { status }
  const path = `${table.entitySetName}(${String(row[table.primaryIdColumn])})/${column.logicalName}`
  const location = formatContext({ serviceRoot: request.serviceRoot, entitySet: path })
  const value = Buffer.from(body).toString('base64')
  return jsonResponse(
    status,
    { '@odata.context': location, value },
    { ...headers, 'Content-Type': jsonContentType },
  )
}

/** The file of a file column. */
export function heldFile({ files, store }: Service, row: StoredRow, column: Column): HeldFile | undefined {
  const id = row[column.logicalName]
  const bytes = typeof id === 'string' ? files.get(id) : undefined
  if (bytes === undefined) return undefined
  const attachment = store.table('fileattachment').get(id as string)
  return { bytes, name: String(attachment?.filename), mimeType: String(attachment?.mimetype) }
}

/** The image of an image column: in full size where it was kept, or its thumbnail. */
export function heldImage(
  { files }: Service,
  row: StoredRow,
  { logicalName: name }: Column,
  full: boolean,
): HeldFile | undefined {
  const id = row[`${name}id`]
  const thumbnail = row[name]
  if (typeof id !== 'string' || typeof thumbnail !== 'string') return undefined
  const bytes = full ? files.get(id) : Buffer.from(thumbnail, 'base64')
  return bytes && { bytes, name: undefined, mimeType: full ? 'application/octet-stream' : 'image/png' }
}
