import { ServiceError } from '../http/service-error.js'
import type { Column, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import type { RowValues } from '../writing/read-body.js'
import { imageShape } from './image-shape.js'
import { thumbnailOf } from './thumbnail.js'

/** An image on its way into a column. */
interface NewImage {
  readonly id: string
  readonly bytes: Buffer
}

/** Ticks of .NET at the start of 1970, and how many there are in a millisecond. */
const ticksAtEpoch = 621_355_968_000_000_000n
const ticksInMs = 10_000n

/**
 * What a row holds of an image: the thumbnail, and the columns beside it. Keeps the image itself where the column is
 * for full-size images. Must run inside a transaction.
 *
 * @throws ServiceError 400 `0x80072553` when it is too large, or no image.
 */
export function imageValues(
  service: Service,
  table: Table,
  row: StoredRow,
  column: Column,
  { id, bytes }: NewImage,
): RowValues {
  const { logicalName: name, maxSizeInKB = 0 } = column
  if (bytes.length > maxSizeInKB * 1024) throw imageTooLarge(column, bytes.length)
  const shape = imageShape(bytes)
  if (shape === undefined) {
    const rowId = String(row[table.primaryIdColumn])
    throw imageFailure(
      `Update image properties failed for objectid: ${rowId}, logicalName: ${table.logicalName}, attribute: ${name}`,
    )
  }
  const before = row[`${name}id`]
  if (typeof before === 'string') service.files.remove(before)
  if (column.canStoreFullImage) service.files.put(id, bytes)
  const timestamp = ticksAtEpoch + BigInt(service.options.clock()) * ticksInMs
  return {
    [name]: thumbnailOf(bytes, shape).toString('base64'),
    [`${name}id`]: id,
    [`${name}_timestamp`]: timestamp,
    [`${name}_url`]: `/Image/download.aspx?Entity=${table.logicalName}&Attribute=${name}&Id=${id}&Timestamp=${timestamp}`,
  }
}

/** What a row holds when an image is taken away. Must run inside a transaction. */
function noImage(service: Service, row: StoredRow, { logicalName: name }: Column): RowValues {
  const before = row[`${name}id`]
  if (typeof before === 'string') service.files.remove(before)
  return { [name]: null, [`${name}id`]: null, [`${name}_timestamp`]: null, [`${name}_url`]: null }
}

/**
 * Puts the images that a body carries as base64 in their place. Must run inside a transaction.
 *
 * @param changed what the body sets; images in it are text.
 * @throws ServiceError 400 when one is too large or no image, or comes with a new row without being the primary image.
 */
export function settleImages(
  service: Service,
  table: Table,
  row: RowValues,
  before: StoredRow | undefined,
  changed: RowValues,
): void {
  for (const column of table.fileColumns) {
    const { type, logicalName: name } = column
    const value = changed[name]
    if (type !== 'image' || value === undefined) continue
    // What an upload has put in place already.
    if (value === row[name] && changed[`${name}id`] !== undefined) continue
    if (value === null) {
      Object.assign(row, noImage(service, before ?? {}, column))
      continue
    }
    if (before === undefined && !column.isPrimaryImage) {
      throw new ServiceError(
        400,
        '0x80090487',
        `Non-primary image attribute ${name} of entity ${table.logicalName} is not allowed to upload during Create operation.`,
      )
    }
    const bytes = Buffer.from(String(value), 'base64')
    const id = service.ids.next()
    const held = { ...before, [table.primaryIdColumn]: row[table.primaryIdColumn] ?? null }
    Object.assign(row, imageValues(service, table, held, column, { id, bytes }))
  }
}

/** 400 for an image that is larger than its column takes. */
export function imageTooLarge({ maxSizeInKB = 0 }: Column, bytes: number): ServiceError {
  const megabytes = (kilobytes: number): number => Math.floor(kilobytes / 1024)
  return imageFailure(
    `File size is too big. MaxSize: ${megabytes(maxSizeInKB)} MB, Uploaded filesize: ${megabytes(bytes / 1024)} MB.`,
  )
}

function imageFailure(reason: string): ServiceError {
  return new ServiceError(400, '0x80072553', `Error occured when processing image. Reason: ${reason}`)
}
