import type { DataverseClient } from '@deltaverse/client'
import { DataverseError, isDataverseError, isResponseError } from '@deltaverse/core'
import { serviceCode } from '@deltaverse/protocol'
import { type FilePlace, findPlace } from './file-place.js'
import { type ByteReader, openFileSource } from './file-source.js'
import { toUploadSettings, type UploadFileOptions, type UploadSettings } from './upload-options.js'
import type { UploadSession } from './upload-session.js'
import {
  badAnswer,
  byBlocks,
  byChunks,
  largestChunk,
  type UploadTarget,
  type UploadWay,
} from './upload-way.js'

/** What was uploaded. */
export interface UploadedFile {
  readonly name: string
  readonly bytes: number
}

// Where a service takes files in one piece only, as a whole is the most that it takes (Microsoft Learn: Use file column data).
const mostInOnePiece = 128 * 1024 * 1024

// How often an upload begins anew of which nobody knows how far it came.
const maxRestarts = 2

/**
 * Puts a file into a file or image column. What fits into one piece of 4 MiB goes in one request, more in pieces; a piece whose
 * answer gets lost is sent again, and nothing of the file is to be seen before the last one. At most one piece is held in memory,
 * but where the service takes no pieces.
 *
 * @throws DataverseError `bad-input` for a file that is larger than the column takes, before anything is sent, and for a stream
 *   that does not have the size that was said; `not-found` for a row that is not there; what the source throws; ResponseError;
 *   TypeError for options that cannot be right; `signal.reason` when the signal aborts
 */
export async function uploadFile(client: DataverseClient, options: UploadFileOptions): Promise<UploadedFile> {
  const settings = toUploadSettings(options)
  const { signal, resume } = settings
  signal?.throwIfAborted()
  const source = await openFileSource(settings.source, settings.size)
  const name = settings.name ?? source.name
  if (name === undefined || name === '')
    throw new TypeError('name is required: a stream or a Buffer has none')
  const place = await findPlace(client, settings, signal)
  if (source.size !== undefined && source.size > place.maxBytes) throw tooLarge(source.size, place)
  const target: UploadTarget = { client, place, name, mimeType: settings.mimeType, signal }
  for (let attempt = 0, from = resume; ; attempt += 1, from = undefined) {
    const reader = source.readFrom(from?.sentBytes ?? 0)
    try {
      return { name, bytes: await upload(target, source.size, reader, settings, from) }
    } catch (error) {
      if (attempt >= maxRestarts || !source.isRepeatable || !mayBeginAnew(error, from)) throw error
    } finally {
      await reader.close()
    }
  }
}

async function upload(
  target: UploadTarget,
  size: number | undefined,
  reader: ByteReader,
  settings: UploadSettings,
  resume: UploadSession | undefined,
): Promise<number> {
  const way = wayFor(target, size, resume)
  if (resume !== undefined) return sendPieces(target, way, size, reader, settings, resume)
  const first = await reader.take(largestChunk)
  // A name beyond ASCII has no certain place in a header, and a type none at all: blocks say both in JSON.
  if (target.mimeType === undefined && isAscii(target.name) && (await reader.isAtEnd())) {
    return sendWhole(target, first, size, settings)
  }
  reader.putBack(first)
  let session: UploadSession
  try {
    session = await way.begin()
  } catch (error) {
    if (!isResponseError(error) || error.serviceCode !== serviceCode.ChunkingUnsupported) throw error
    const whole = await reader.take(mostInOnePiece)
    if (await reader.isAtEnd()) return sendWhole(target, whole, size, settings)
    throw error
  }
  return sendPieces(target, way, size, reader, settings, session)
}

function wayFor(
  target: UploadTarget,
  size: number | undefined,
  resume: UploadSession | undefined,
): UploadWay {
  const byName = target.mimeType === undefined && isAscii(target.name) && size !== undefined
  return (resume?.way ?? (byName ? 'chunks' : 'blocks')) === 'chunks' ? byChunks(target) : byBlocks(target)
}

function isAscii(name: string): boolean {
  return /^[\x20-\x7e]+$/.test(name)
}

async function sendWhole(
  { client, place, name, signal }: UploadTarget,
  bytes: Buffer,
  size: number | undefined,
  { onProgress }: UploadSettings,
): Promise<number> {
  if (size !== undefined && bytes.length !== size) throw wrongSize(bytes.length, size)
  if (bytes.length > place.maxBytes) throw tooLarge(bytes.length, place)
  await client.request(
    {
      method: 'PATCH',
      path: place.path,
      headers: { 'content-type': 'application/octet-stream', 'x-ms-file-name': name },
      body: bytes,
      buffered: true,
    },
    { signal },
  )
  onProgress?.({ sentBytes: bytes.length, totalBytes: bytes.length })
  return bytes.length
}

async function sendPieces(
  { place, client, signal }: UploadTarget,
  way: UploadWay,
  size: number | undefined,
  reader: ByteReader,
  { onProgress }: UploadSettings,
  begun: UploadSession,
): Promise<number> {
  let session = begun
  for (let isLast = false; !isLast; ) {
    signal?.throwIfAborted()
    const chunk = await reader.take(session.chunkBytes)
    isLast = await reader.isAtEnd()
    const sentBytes = session.sentBytes + chunk.length
    // The last piece is the one that counts, so nothing of a source that is not as it was said to be is ever stored.
    if (size !== undefined && (sentBytes > size || (isLast && sentBytes < size)))
      throw wrongSize(sentBytes, size)
    if (sentBytes > place.maxBytes) throw tooLarge(sentBytes, place)
    const hasAll = chunk.length === 0 || (await way.send(session, chunk, size))
    session = { ...session, sentBytes }
    onProgress?.({ sentBytes, ...(size === undefined ? {} : { totalBytes: size }), session })
    if (isLast && way.kind === 'chunks' && !hasAll) {
      throw badAnswer(`${client.serviceRoot}/${place.path}`, 'all pieces were sent and it wants more')
    }
  }
  const stored = await way.complete(session)
  if (stored !== undefined && stored !== session.sentBytes) {
    const problem = `${session.sentBytes} bytes were sent, and it tells of ${stored}; another upload may have come in between`
    throw badAnswer(`${client.serviceRoot}/${place.path}`, problem)
  }
  return session.sentBytes
}

/**
 * Whether an upload that broke off is begun anew: the session that it went on with is no longer there, or nobody knows whether a
 * piece whose answer got lost was taken, and the service does not take it twice.
 */
function mayBeginAnew(error: unknown, resumed: UploadSession | undefined): boolean {
  if (!isDataverseError(error)) return false
  if (!isResponseError(error)) return resumed !== undefined && error.code === 'bad-response'
  const isRefused = error.status >= 400 && error.status < 500 && ![401, 403, 429].includes(error.status)
  return isRefused && (resumed !== undefined || (error.attempts ?? 1) > 1)
}

function tooLarge(bytes: number, { column, table, maxBytes }: FilePlace): DataverseError {
  return new DataverseError(
    `The file has ${bytes} bytes or more, and column '${column}' of table '${table}' takes ${maxBytes} (MaxSizeInKB of its definition). Raise it there, or leave the file out.`,
    { code: 'bad-input' },
  )
}

function wrongSize(bytes: number, size: number): DataverseError {
  return new DataverseError(
    `The source of the file brought ${bytes} bytes, and was said to have ${size}: nothing was stored. Was it changed meanwhile?`,
    { code: 'bad-input' },
  )
}
