import type { DataverseClient } from '@deltaverse/client'
import { type DataverseError, isDataverseError } from '@deltaverse/core'
import { createMetadataReader } from '@deltaverse/metadata'
import { callable, defineOptions, type OptionsInput, whole } from '@deltaverse/options'
import { mapSource, type RowSource } from '../sink/queue/row-source.js'
import { type DownloadedFile, downloadFile } from './download-file.js'
import { placeOptions } from './file-place.js'
import { uploadFile } from './upload-file.js'
import type { UploadFileOptions } from './upload-options.js'

const { entitySet, column, metadata } = placeOptions
const shared = {
  entitySet,
  column,
  metadata,
  concurrency: whole({ default: 4, min: 1, max: 100, doc: 'Files under way at a time.' }),
}
const uploadStage = defineOptions('uploadFiles()', {
  ...shared,
  fileOf: callable<(item: never) => unknown>()({
    required: true,
    doc: 'The file of an item and the row that it belongs to; undefined for an item without.',
  }),
})
const downloadStage = defineOptions('downloadFiles()', {
  ...shared,
  idOf: callable<(item: never) => string | undefined>()({
    required: true,
    doc: 'GUID of the row whose file is wanted; undefined for an item without.',
  }),
  save: callable<(file: DownloadedFile, item: never) => Promise<void>>()({
    required: true,
    doc: 'Takes the file; awaited.',
  }),
})

/** The file of an item, and the row that it belongs to, by `id` or `key`. */
export type FileOfItem = Pick<UploadFileOptions, 'id' | 'key' | 'source' | 'name' | 'mimeType' | 'size'>

export interface UploadFilesOptions<Item> extends Omit<OptionsInput<typeof uploadStage.spec>, 'fileOf'> {
  /** The file of an item and the row that it belongs to; `undefined` for an item without. */
  readonly fileOf: (item: Item) => FileOfItem | undefined | Promise<FileOfItem | undefined>
}

export interface DownloadFilesOptions<Item>
  extends Omit<OptionsInput<typeof downloadStage.spec>, 'idOf' | 'save'> {
  /** GUID of the row whose file is wanted; `undefined` for an item without. */
  readonly idOf: (item: Item) => string | undefined
  /** Takes the file; awaited. */
  readonly save: (file: DownloadedFile, item: Item) => Promise<void>
}

/**
 * What became of the file of an item: `done`; `none`, because the item has none or the column is empty; or `failed`, and `error`
 * says why.
 */
export interface FileResult<Item> {
  readonly item: Item
  readonly status: 'done' | 'none' | 'failed'
  readonly error?: DataverseError | undefined
}

/** A stage for `stream.pipeline` and `for await`: one result for each item, in the order of the items. */
export type FileStage<Item> = (
  items: RowSource<Item>,
  call?: { readonly signal?: AbortSignal | undefined },
) => AsyncGenerator<FileResult<Item>, void, undefined>

/**
 * A stage that uploads the files of items, such as those of rows that a writer has written. A file that cannot be uploaded is a
 * result and no exception.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function uploadFiles<Item>(
  client: DataverseClient,
  options: UploadFilesOptions<Item>,
): FileStage<Item> {
  const settings = uploadStage.parse(options as OptionsInput<typeof uploadStage.spec>)
  const where = placeOf(client, settings)
  return createStage(settings.concurrency, async (item, signal) => {
    const file = await options.fileOf(item)
    if (file === undefined) return 'none'
    await uploadFile(client, { ...where, ...file, signal })
    return 'done'
  })
}

/**
 * A stage that downloads the files of items, such as those of rows that a feed tells of. A file that cannot be had is a result and
 * no exception; what `save` throws ends the stage.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function downloadFiles<Item>(
  client: DataverseClient,
  options: DownloadFilesOptions<Item>,
): FileStage<Item> {
  const settings = downloadStage.parse(options as OptionsInput<typeof downloadStage.spec>)
  const where = placeOf(client, settings)
  return createStage(settings.concurrency, async (item, signal) => {
    const id = options.idOf(item)
    if (id === undefined) return 'none'
    let file: DownloadedFile
    try {
      file = await downloadFile(client, { ...where, id, signal })
    } catch (error) {
      if (isDataverseError(error) && error.code === 'not-found') return 'none'
      throw error
    }
    await options.save(file, item)
    return 'done'
  })
}

function placeOf(
  client: DataverseClient,
  settings: Pick<OptionsInput<typeof uploadStage.spec>, 'entitySet' | 'column' | 'metadata'>,
): Pick<UploadFileOptions, 'entitySet' | 'column' | 'metadata'> {
  // Shared by all files, so that the definition is read once.
  const { entitySet: set, column: name, metadata: reader = createMetadataReader(client) } = settings
  return { entitySet: set, column: name, metadata: reader }
}

function createStage<Item>(
  concurrency: number,
  move: (item: Item, signal: AbortSignal) => Promise<FileResult<Item>['status']>,
): FileStage<Item> {
  return async function* stage(items, call = {}) {
    const end = new AbortController()
    const signal = call.signal === undefined ? end.signal : AbortSignal.any([call.signal, end.signal])
    const underWay: Promise<FileResult<Item>>[] = []
    try {
      for await (const item of mapSource(items, (each) => each)) {
        const moved = settle(item, move(item, signal))
        // Looked at in its turn.
        moved.catch(() => {})
        underWay.push(moved)
        if (underWay.length >= concurrency) yield await (underWay.shift() as Promise<FileResult<Item>>)
      }
      for (const moved of underWay) yield await moved
    } finally {
      end.abort()
      await Promise.allSettled(underWay)
    }
  }
}

async function settle<Item>(
  item: Item,
  moved: Promise<FileResult<Item>['status']>,
): Promise<FileResult<Item>> {
  try {
    return { item, status: await moved }
  } catch (error) {
    if (!isDataverseError(error)) throw error
    return { item, status: 'failed', error }
  }
}
