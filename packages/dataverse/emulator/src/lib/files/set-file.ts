import { ServiceError } from '../http/service-error.js'
import type { Column, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import type { RowValues } from '../writing/read-body.js'
import { updateRow } from '../writing/write-row.js'
import { imageTooLarge, imageValues } from './set-image.js'

/** A file on its way into a column. */
export interface NewFile {
  readonly name: string
  readonly mimeType: string
  readonly bytes: Buffer
}

/**
 * Stores a file, or an image, in a column of a row that exists; what it held before is gone. Must run inside a
 * transaction.
 *
 * @returns the id of the file.
 * @throws ServiceError 400 for more than the column takes, or for no image.
 */
export function setFile(
  service: Service,
  table: Table,
  row: StoredRow,
  column: Column,
  file: NewFile,
): string {
  const id = service.ids.next()
  const values =
    column.type === 'image'
      ? imageValues(service, table, row, column, { id, ...file })
      : fileValues(service, table, row, column, { id, ...file })
  updateRow(service, table, row, values, 'unchecked')
  return id
}

/** Takes the file of a column away, if there is one. Must run inside a transaction. */
export function clearFile(service: Service, table: Table, row: StoredRow, column: Column): void {
  releaseFile(service, row, column)
  updateRow(
    service,
    table,
    row,
    { [column.logicalName]: null, [`${column.logicalName}_name`]: null },
    'unchecked',
  )
}

/** Forgets the content of all files and images of a row that goes. Must run inside a transaction. */
export function releaseFiles(service: Service, table: Table, row: StoredRow): void {
  for (const column of table.fileColumns) releaseFile(service, row, column)
}

/** @throws ServiceError 400 when a file (`0x80044a02`) or image (`0x80072553`) is larger than its column takes. */
export function checkFileSize(column: Column, bytes: number): void {
  if (bytes <= (column.maxSizeInKB ?? 0) * 1024) return
  if (column.type === 'image') throw imageTooLarge(column, bytes)
  throw new ServiceError(400, '0x80044a02', 'Attachment file size is too big.')
}

function releaseFile({ files, store }: Service, row: StoredRow, { type, logicalName }: Column): void {
  const id = row[type === 'image' ? `${logicalName}id` : logicalName]
  if (typeof id !== 'string') return
  files.remove(id)
  store.remove('fileattachment', id)
}

function fileValues(
  service: Service,
  table: Table,
  row: StoredRow,
  column: Column,
  { id, name, mimeType, bytes }: NewFile & { readonly id: string },
): RowValues {
  checkFileSize(column, bytes.length)
  releaseFile(service, row, column)
  service.files.put(id, bytes)
  const rowId = row[table.primaryIdColumn] as string
  service.store.put('fileattachment', id, {
    fileattachmentid: id,
    objectid: { id: rowId, table: table.logicalName },
    createdon: `${new Date(service.options.clock()).toISOString().slice(0, 19)}Z`,
    filename: name,
    filesizeinbytes: BigInt(bytes.length),
    mimetype: mimeType,
    regardingfieldname: column.logicalName,
  })
  return { [column.logicalName]: id, [`${column.logicalName}_name`]: name }
}
