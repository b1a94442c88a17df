import { methodNotAllowed, ServiceError } from '../http/service-error.js'
import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import { isGuid } from '../ids.js'
import { rowNotFound } from '../routes/find-row.js'
import type { Column, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { chunkingUnsupported, chunkTooLarge, placeOf } from './chunked-upload.js'
import { type HeldFile, heldFile, heldImage } from './download-file.js'
import { clearFile, setFile } from './set-file.js'

type Members = Readonly<Record<string, unknown>>
type Message = (service: Service, members: Members, request: ParsedRequest) => ServiceResponse

// Microsoft Learn, "Use file column data": use Dataverse messages.
const messages: Readonly<Record<string, Message>> = {
  InitializeFileBlocksUpload: (service, members, request) => {
    const { table, row, column } = targetOf(service, members)
    const token = service.sessionTokens.next()
    service.uploads.begin(token, placeOf({ table }, row, column), textOf(members, 'FileName'))
    return answer(request, 'InitializeFileBlocksUpload', { FileContinuationToken: token })
  },
  UploadBlock: uploadBlock,
  CommitFileBlocksUpload: commitBlocks,
  InitializeFileBlocksDownload: (service, members, request) => {
    const { table, row, column } = targetOf(service, members)
    const { bytes, name } = contentOf(service, table, row, column)
    const token = service.sessionTokens.next()
    service.uploads.begin(token, placeOf({ table }, row, column), name ?? '')
    return answer(request, 'InitializeFileBlocksDownload', {
      FileSizeInBytes: bytes.length,
      FileName: name ?? '',
      FileContinuationToken: token,
      IsChunkingSupported: service.options.files.chunking,
    })
  },
  DownloadBlock: downloadBlock,
  DeleteFile: deleteFile,
}

/** Serves the unbound actions that move files; `undefined` for every other request. */
export function fileMessage(service: Service, request: ParsedRequest): ServiceResponse | undefined {
  const [name = '', ...rest] = request.segments
  const message = Object.hasOwn(messages, name) && rest.length === 0 ? messages[name] : undefined
  if (message === undefined) return undefined
  if (request.method !== 'POST') throw methodNotAllowed(request.method)
  const { body } = request
  const members = body !== null && typeof body === 'object' && !Buffer.isBuffer(body) ? body : {}
  return message(service, members as Members, request)
}

/** Bytes of a block's name at most, before it is encoded. */
const maxBlockIdBytes = 64

function uploadBlock(service: Service, members: Members): ServiceResponse {
  const session = service.uploads.find(members.FileContinuationToken)
  const id = textOf(members, 'BlockId')
  const name = Buffer.from(id, 'base64')
  const [known] = session.pieces.keys()
  if (name.length === 0 || name.length > maxBlockIdBytes || name.toString('base64') !== id) {
    throw invalid(`'BlockId' is base64 of at most ${maxBlockIdBytes} bytes.`)
  }
  if (known !== undefined && known.length !== id.length) {
    throw invalid("Every 'BlockId' of a file has the same length.")
  }
  const bytes = Buffer.from(textOf(members, 'BlockData'), 'base64')
  if (bytes.length > service.options.files.chunkBytes) throw chunkTooLarge(service)
  session.pieces.set(id, bytes)
  return { status: 204 }
}

function commitBlocks(service: Service, members: Members, request: ParsedRequest): ServiceResponse {
  const token = textOf(members, 'FileContinuationToken')
  const session = service.uploads.find(token)
  const { BlockList: list } = members
  if (!Array.isArray(list)) throw invalid("'BlockList' is a list of the names of blocks.")
  const bytes = Buffer.concat(
    list.map((id: unknown) => {
      const block = session.pieces.get(String(id))
      if (block === undefined) throw invalid(`There is no block '${String(id)}'.`)
      return block
    }),
  )
  const { table, row, column } = placed(service, session.place)
  const file = { name: textOf(members, 'FileName'), mimeType: textOf(members, 'MimeType'), bytes }
  const id = service.store.transact(() => setFile(service, table, row, column, file))
  service.uploads.end(token)
  return answer(request, 'CommitFileBlocksUpload', { FileId: id, FileSizeInBytes: bytes.length })
}

function downloadBlock(service: Service, members: Members, request: ParsedRequest): ServiceResponse {
  const session = service.uploads.find(members.FileContinuationToken)
  const { table, row, column } = placed(service, session.place)
  const { bytes } = contentOf(service, table, row, column)
  const { Offset: offset = 0, BlockLength: length } = members
  if (!isCount(offset) || !isCount(length)) throw invalid("'Offset' and 'BlockLength' are numbers of bytes.")
  if (!service.options.files.chunking && (offset > 0 || length < bytes.length)) {
    throw chunkingUnsupported('Downloading')
  }
  return answer(request, 'DownloadBlock', {
    Data: bytes.subarray(offset, offset + length).toString('base64'),
  })
}

function deleteFile(service: Service, members: Members): ServiceResponse {
  const id = textOf(members, 'FileId').toLowerCase()
  const attachment = service.store.table('fileattachment').get(id)
  const reference = attachment?.objectid ?? null
  if (attachment === undefined || reference === null || typeof reference !== 'object') {
    throw new ServiceError(404, '0x80040217', `Entity 'fileattachment' With Id = ${id} Does Not Exist`)
  }
  const { table, row, column } = placed(service, {
    table: reference.table,
    rowId: reference.id,
    column: String(attachment.regardingfieldname),
  })
  service.store.transact(() => clearFile(service, table, row, column))
  return { status: 204 }
}

interface Target {
  readonly table: Table
  readonly row: StoredRow
  readonly column: Column
}

function targetOf(service: Service, members: Members): Target {
  const target = (members.Target ?? {}) as Members
  const type = String(target['@odata.type'] ?? '').replace(/^#?Microsoft\.Dynamics\.CRM\./, '')
  const table = service.schema.byLogicalName(type)
  if (table === undefined) throw invalid("'Target' has an '@odata.type' and the primary key of a row.")
  const rowId = target[table.primaryIdColumn]
  if (typeof rowId !== 'string' || !isGuid(rowId)) throw invalid(`'Target' lacks '${table.primaryIdColumn}'.`)
  return placed(service, {
    table: type,
    rowId: rowId.toLowerCase(),
    column: textOf(members, 'FileAttributeName'),
  })
}

function placed(
  service: Service,
  place: { readonly table: string; readonly rowId: string; readonly column: string },
): Target {
  const table = service.schema.byLogicalName(place.table)
  const row = service.store.table(place.table).get(place.rowId)
  const column = table?.fileColumns.find(({ logicalName }) => logicalName === place.column)
  if (table === undefined || column === undefined) {
    throw invalid(`The table '${place.table}' has no file or image column '${place.column}'.`)
  }
  if (row === undefined) throw rowNotFound(table, { kind: 'id', id: place.rowId })
  return { table, row, column }
}

function contentOf(service: Service, table: Table, row: StoredRow, column: Column): HeldFile {
  const file =
    column.type === 'image' ? heldImage(service, row, column, true) : heldFile(service, row, column)
  if (file !== undefined) return file
  const id = String(row[table.primaryIdColumn])
  throw new ServiceError(
    404,
    '0x80040217',
    `No FileAttachment records found for attribute: ${column.logicalName} of ${table.logicalName} record with id ${id}.`,
  )
}

function answer(request: ParsedRequest, message: string, members: Members): ServiceResponse {
  const context = `${request.serviceRoot}/$metadata#Microsoft.Dynamics.CRM.${message}Response`
  return jsonResponse(200, { '@odata.context': context, ...members })
}

function textOf(members: Members, name: string): string {
  const value = members[name]
  if (typeof value !== 'string') throw invalid(`The parameter '${name}' is a text.`)
  return value
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, '0x80040203', message)
}
