import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import { DataverseError } from '@deltaverse/core'
import { describeExchange, type Exchange, toBodyError } from './no-response-error.js'

/** A response body that nobody has read yet. */
export interface ResponseBody {
  readonly chunks: AsyncIterable<Buffer>
  /** All of it at once. */
  gather(): Promise<Buffer>
  bytesReceived(): number
  discard(): Promise<void>
}

/** The stream under a body; `bytes` reads it whole, `dump` a short rest away, so that the connection can be used again. */
interface RawBody extends Readable {
  bytes(): Promise<Uint8Array>
  dump(options?: { limit: number }): Promise<unknown>
}

export interface ResponseBodyOptions {
  readonly raw: RawBody
  /** Value of `Content-Encoding`. */
  readonly encoding: string | undefined
  /** Answers like 204 and 304 never have a body, whatever their headers say. */
  readonly empty: boolean
  readonly exchange: Exchange
  readonly signal: AbortSignal | undefined
  /** Value of `Content-Length`. */
  readonly length?: string | undefined
  /** Most bytes, inflated, that are put into memory as a whole. */
  readonly maxBytes: number
}

// Each piece is a trip to the thread pool and back, so pieces of 256 kB cost less than Node's 16 kB; and while one is being
// read, the next is being made.
const inflated = { chunkSize: 262_144, highWaterMark: 262_144 }
const dumpLimitBytes = 131_072

/** Wraps the raw stream: inflates, counts, and turns every way of ending early into an error. */
export function createResponseBody(options: ResponseBodyOptions): ResponseBody {
  const { raw, exchange, signal } = options
  let received = 0
  let taken = false
  // An error between the headers and the first read must not become an uncaught exception.
  raw.on('error', () => {})

  function take(): void {
    if (taken) throw new TypeError(`The body of ${describeExchange(exchange)} was read or discarded before`)
    taken = true
  }

  async function* read(): AsyncGenerator<Buffer, void, undefined> {
    take()
    try {
      if (raw.errored) throw raw.errored
      yield* options.empty ? raw : inflate(createInflater(options.encoding, exchange))
    } catch (error) {
      throw toBodyError(error, exchange, signal)
    }
  }

  async function gather(): Promise<Buffer> {
    take()
    try {
      if (raw.errored) throw raw.errored
      const inflater = options.empty ? undefined : createInflater(options.encoding, exchange)
      // The connection holds the service to the length that it told.
      const isKnown = options.empty || (inflater === undefined && Number(options.length) <= options.maxBytes)
      return isKnown ? await gatherPlain() : await gatherWithin(inflate(inflater))
    } catch (error) {
      throw toBodyError(error, exchange, signal)
    }
  }

  /** Costs a good deal less than the loop over its chunks. */
  async function gatherPlain(): Promise<Buffer> {
    const bytes = await raw.bytes()
    received = bytes.byteLength
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  async function gatherWithin(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
    const gathered: Buffer[] = []
    let bytes = 0
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > options.maxBytes) throw tooLarge(exchange, options.maxBytes)
      gathered.push(chunk)
    }
    return Buffer.concat(gathered)
  }

  async function* inflate(inflater: Transform | undefined): AsyncGenerator<Buffer, void, undefined> {
    if (inflater === undefined) {
      for await (const chunk of raw as AsyncIterable<Buffer>) {
        received += chunk.length
        yield chunk
      }
      return
    }
    pipeline(raw, inflater, () => {})
    raw.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    yield* inflater as AsyncIterable<Buffer>
  }

  return {
    chunks: { [Symbol.asyncIterator]: read },
    gather,
    bytesReceived: () => received,
    async discard() {
      if (taken) {
        raw.destroy()
        return
      }
      taken = true
      if (!raw.destroyed) await raw.dump({ limit: dumpLimitBytes })
    },
  }
}

function tooLarge(exchange: Exchange, maxBytes: number): DataverseError {
  return new DataverseError(
    `${describeExchange(exchange)} was answered with more than ${maxBytes} bytes. Nothing that is read as a whole is that large as a rule: look for a proxy that answers for the service, ask for less, or raise maxBodyBytes.`,
    { code: 'bad-response' },
  )
}

function createInflater(encoding: string | undefined, exchange: Exchange): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip(inflated)
    case 'br':
      return createBrotliDecompress(inflated)
    default:
      throw new DataverseError(
        `${describeExchange(exchange)} was answered with Content-Encoding '${encoding}', which was not asked for. ` +
          'Look for a proxy in between that changes answers.',
        { code: 'bad-response' },
      )
  }
}
