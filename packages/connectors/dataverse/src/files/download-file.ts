import { Readable } from 'node:stream'
import type { DataverseClient, DataverseResponse } from '@deltaverse/client'
import { abortableDelay, DataverseError, isDataverseError, isResponseError } from '@deltaverse/core'
import { serviceCode } from '@deltaverse/protocol'
import { type DownloadFileOptions, type DownloadSettings, toDownloadSettings } from './download-options.js'
import { type FileAnswer, readFileAnswer } from './file-answer.js'
import { type FilePlace, findPlace } from './file-place.js'

/** A file on its way here. */
export interface DownloadedFile {
  /** Name of the file; images have none. */
  readonly name: string | undefined
  readonly mimeType: string | undefined
  /** Size of the whole file; absent where the service does not say it, as for thumbnails. */
  readonly bytes: number | undefined
  /** The bytes. It ends only when all of them came; destroy it to give up. */
  readonly stream: Readable
}

/**
 * Gets a file out of a file or image column as a stream, piece by piece: where a piece breaks off, the rest is asked for from
 * there on. No more is held than what the stream buffers.
 *
 * @throws DataverseError `not-found` for a row that is not there or a column that is empty, `bad-input` for a column that holds no
 *   files; ResponseError; TypeError for options that cannot be right; `signal.reason`. The stream fails with `conflict` when the
 *   file is replaced meanwhile, `no-response` when it breaks off too often
 */
export async function downloadFile(
  client: DataverseClient,
  options: DownloadFileOptions,
): Promise<DownloadedFile> {
  const settings = toDownloadSettings(options)
  settings.signal?.throwIfAborted()
  const place = await findPlace(client, settings, settings.signal)
  const ask = createAsker(client, place, settings)
  const first = await ask(settings.from)
  const { total, name, mimeType } = first.answer
  return {
    name,
    mimeType,
    bytes: total,
    stream: endingBy(
      settings.signal,
      Readable.from(readAll(ask, first, settings, place), { objectMode: false }),
    ),
  }
}

/** Ends a stream with the reason of the signal, even where nobody reads it. */
function endingBy(signal: AbortSignal | undefined, stream: Readable): Readable {
  if (signal === undefined) return stream
  const end = (): void => void stream.destroy(toError(signal.reason))
  signal.addEventListener('abort', end, { once: true })
  return stream.once('close', () => signal.removeEventListener('abort', end))
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The download was given up.', { cause: reason })
}

interface Piece {
  readonly response: DataverseResponse
  readonly answer: FileAnswer
  /** Bytes that were asked for; absent where it was all. */
  readonly asked: number | undefined
}

type Ask = (from: number) => Promise<Piece>

function createAsker(client: DataverseClient, place: FilePlace, settings: DownloadSettings): Ask {
  const { chunkBytes, imageSize, signal } = settings
  const full = place.kind === 'image' && imageSize === 'full' && place.keepsFull
  const path = `${place.path}/$value${full ? '?size=full' : ''}`
  // Parts of thumbnails are not worth asking for, and their size is not told.
  let inParts = place.kind === 'file' || full

  async function ask(from: number): Promise<Piece> {
    const asked = inParts ? chunkBytes : undefined
    const range = asked === undefined ? undefined : `bytes=${from}-${from + asked - 1}`
    const response = await send(range)
    // Of a file without a byte no part can be had.
    if (response.status === 416 && from === 0) {
      await response.discard()
      return askForWhole(from)
    }
    return { response, answer: readFileAnswer(response, from), asked }
  }

  async function askForWhole(from: number): Promise<Piece> {
    inParts = false
    return ask(from)
  }

  async function send(range: string | undefined): Promise<DataverseResponse> {
    // Compressed, the places of bytes would not be those of the file.
    const headers = {
      accept: '*/*',
      'accept-encoding': 'identity',
      ...(range === undefined ? {} : { range }),
    }
    const acceptStatus = range === undefined ? [] : [416]
    const response = await client.request({ method: 'GET', path, headers, acceptStatus }, { signal })
    if (response.status !== 204) return response
    await response.discard()
    throw new DataverseError(`Column '${place.column}' of row ${place.id} holds no file.`, {
      code: 'not-found',
    })
  }

  return async (from) => {
    try {
      return await ask(from)
    } catch (error) {
      if (!inParts || !isResponseError(error) || error.serviceCode !== serviceCode.ChunkingUnsupported)
        throw error
      return askForWhole(from)
    }
  }
}

async function* readAll(
  ask: Ask,
  first: Piece,
  { from, maxAttempts, onProgress, clock, signal }: DownloadSettings,
  { column }: FilePlace,
): AsyncGenerator<Buffer, void, undefined> {
  const { total } = first.answer
  let at = from
  let failures = 0
  for (let piece = first; ; piece = await ask(at)) {
    refuseOther(piece.answer, first.answer, column)
    const before = at
    const brokeOff = yield* readPiece(piece, at, (bytes) => {
      at += bytes
      if (total !== undefined && at > total) throw changed(column)
      onProgress?.({ receivedBytes: at, ...(total === undefined ? {} : { totalBytes: total }) })
    })
    if (brokeOff === undefined && isLast(piece, before, at)) return
    failures = at > before ? 0 : failures + 1
    if (failures >= maxAttempts) throw brokeOff ?? noProgress(column, at)
    if (brokeOff !== undefined) await abortableDelay(clock, 250 * 2 ** failures, signal)
  }
}

function refuseOther({ total, etag }: FileAnswer, first: FileAnswer, column: string): void {
  if (total !== first.total || etag !== first.etag) throw changed(column)
}

/** Whether a piece that came whole was the last one: where the size is not told, it is the first that is shorter than asked for. */
function isLast({ answer: { total }, asked }: Piece, before: number, at: number): boolean {
  if (total !== undefined) return at === total
  return asked === undefined || at - before < asked
}

/**
 * The bytes of a piece from a place in the file on; one that brings the whole begins before it.
 *
 * @returns what it broke off with, if that passes by itself
 */
async function* readPiece(
  { response, answer }: Piece,
  at: number,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer, DataverseError | undefined, undefined> {
  if (response.status === 416) {
    await response.discard()
    return undefined
  }
  let left = at - answer.start
  try {
    for await (const bytes of response.body) {
      const skipped = Math.min(left, bytes.length)
      left -= skipped
      if (skipped === bytes.length) continue
      count(bytes.length - skipped)
      yield bytes.subarray(skipped)
    }
    return undefined
  } catch (error) {
    if (!isDataverseError(error) || error.code !== 'no-response' || !error.retryable) throw error
    return error
  }
}

function changed(column: string): DataverseError {
  return new DataverseError(
    `The file in column '${column}' was replaced while it was read: what came so far belongs to another one. Begin again.`,
    { code: 'conflict', retryable: true },
  )
}

function noProgress(column: string, at: number): DataverseError {
  return new DataverseError(`The file in column '${column}' ends at byte ${at}, which is not its size.`, {
    code: 'no-response',
    retryable: true,
  })
}
