import {
  callable,
  createOption,
  defineOptions,
  type OptionsInput,
  type OptionsOutput,
  signal,
  text,
  whole,
} from '@deltaverse/options'
import { placeOptions } from './file-place.js'
import type { FileSource } from './file-source.js'
import type { UploadProgress, UploadSession } from './upload-session.js'

const options = defineOptions('uploadFile()', {
  ...placeOptions,
  source: createOption<FileSource, { readonly doc: string; readonly required: true }>(
    { check: checkSource, type: 'bytes, a path, or pieces of bytes' },
    { required: true, doc: 'The bytes: a Buffer, the path of a file, or a readable stream.' },
  ),
  name: text({
    defaultText: 'the name of the file at the path',
    doc: 'Name that the file gets in Dataverse.',
  }),
  mimeType: text({
    defaultText: 'what the service makes of the name',
    doc: 'Type of the content; only uploads in blocks can say it, and go by these where it is given.',
  }),
  size: whole({
    min: 0,
    defaultText: 'that of the Buffer or the file; of a stream unknown',
    doc: 'Bytes that a stream has, where that is known: a stream that brings others is refused before the file is complete.',
  }),
  resume: createOption<UploadSession, { readonly doc: string }>(
    { check: checkSession, type: 'object' },
    {
      doc: 'The session of the last progress of an upload that broke off: what was sent is not sent again. The source is that of the whole file.',
    },
  ),
  onProgress: callable<(progress: UploadProgress) => void>()({
    doc: 'Told after each piece that the service has taken.',
  }),
  signal: signal({ doc: 'Aborts the upload; nothing is stored then.' }),
})

export type UploadFileOptions = OptionsInput<typeof options.spec>
export type UploadSettings = OptionsOutput<typeof options.spec>

/** @throws TypeError or RangeError for options that cannot be right */
export function toUploadSettings(input: UploadFileOptions): UploadSettings {
  return options.parse(input)
}

function checkSource(name: string, value: unknown): FileSource {
  if (value instanceof Uint8Array || (typeof value === 'string' && value !== '')) return value
  if (typeof value === 'object' && value !== null) {
    if (Symbol.asyncIterator in value || Symbol.iterator in value) return value as FileSource
  }
  throw new TypeError(
    `${name} must be bytes, the path of a file, or pieces of bytes such as a readable stream`,
  )
}

function checkSession(name: string, value: unknown): UploadSession {
  const { way, token, sentBytes, chunkBytes } = (value ?? {}) as Partial<UploadSession>
  const isSession =
    (way === 'chunks' || way === 'blocks') &&
    typeof token === 'string' &&
    Number.isSafeInteger(sentBytes) &&
    Number.isSafeInteger(chunkBytes)
  if (isSession) return value as UploadSession
  throw new TypeError(`${name} must be the session of an earlier progress`)
}
