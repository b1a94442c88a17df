import { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import { DataverseError } from '@deltaverse/core'
import { UsageError } from '../program/usage-error.js'

const gzipMagic = Buffer.from([0x1f, 0x8b])

/**
 * Unpacks bytes that are gzip, by how they begin.
 *
 * @throws DataverseError `bad-input` where the packed text breaks off or is damaged
 */
export async function* unpack(
  bytes: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<Buffer, void, undefined> {
  const iterator = bytes[Symbol.asyncIterator]()
  const head: Buffer[] = []
  for (let length = 0; length < gzipMagic.length; ) {
    const { value, done } = await iterator.next()
    if (done === true) break
    head.push(value)
    length += value.length
  }
  const first = Buffer.concat(head)
  const all = join(first, iterator)
  if (!first.subarray(0, gzipMagic.length).equals(gzipMagic)) return yield* all
  const unpacked = Readable.from(all).pipe(createGunzip())
  try {
    yield* unpacked as AsyncIterable<Buffer>
  } catch (error) {
    throw new DataverseError(`${file} is no whole gzip file: ${(error as Error).message}`, {
      code: 'bad-input',
      cause: error,
    })
  }
}

async function* join(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (first.length > 0) yield first
    for (;;) {
      const { value, done } = await rest.next()
      if (done === true) return
      yield value
    }
  } finally {
    await rest.return?.()
  }
}

/**
 * The text of bytes, without its byte order mark.
 *
 * @throws UsageError for an encoding that nobody knows; DataverseError `bad-input` for bytes that are none of the encoding
 */
export async function* decodeText(
  bytes: AsyncIterable<Buffer>,
  file: string,
  encoding: string | undefined,
): AsyncGenerator<string, void, undefined> {
  let decoder: TextDecoder | undefined
  let lines = 1
  const decode = (piece: Buffer | undefined): string => {
    try {
      return decoder?.decode(piece, { stream: piece !== undefined }) ?? ''
    } catch (error) {
      throw new DataverseError(
        `${file} is not ${decoder?.encoding}: bytes behind line ${lines} are none of it. Name the encoding, such as --encoding windows-1252`,
        { code: 'bad-input', cause: error },
      )
    }
  }
  for await (const piece of unpack(bytes, file)) {
    decoder ??= createDecoder(encoding ?? encodingOf(piece))
    const text = decode(piece)
    yield text
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  }
  const rest = decode(undefined)
  if (rest !== '') yield rest
}

function createDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch {
    throw new UsageError(
      `there is no encoding "${encoding}"; there are utf-8, utf-16le, windows-1252 and others`,
    )
  }
}

/** UTF-16 begins with a mark of two bytes; anything else is UTF-8 until somebody says otherwise. */
function encodingOf(first: Buffer): string {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le'
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}
