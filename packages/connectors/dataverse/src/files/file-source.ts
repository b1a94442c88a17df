import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DataverseError } from '@deltaverse/core'

/** What can be uploaded: bytes, the path of a file, or pieces of bytes such as a readable stream gives. */
export type FileSource = Uint8Array | string | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** A source whose size may be known. */
export interface OpenedSource {
  readonly size: number | undefined
  /** Name of the file, where the source has one. */
  readonly name: string | undefined
  /** Whether it can be read from the start again. */
  readonly isRepeatable: boolean
  /** Begins to read behind so many bytes. */
  readFrom(offset: number): ByteReader
}

/**
 * Looks at a source.
 *
 * @throws DataverseError `bad-input` for a path that cannot be read
 */
export async function openFileSource(source: FileSource, size: number | undefined): Promise<OpenedSource> {
  if (source instanceof Uint8Array) {
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    return {
      size: bytes.length,
      name: undefined,
      isRepeatable: true,
      readFrom: (offset) => createByteReader([bytes.subarray(offset)]),
    }
  }
  if (typeof source === 'string') {
    const bytes = await sizeOfFile(source)
    return {
      size: bytes,
      name: basename(source),
      isRepeatable: true,
      readFrom: (offset) => createByteReader(createReadStream(source, { start: offset })),
    }
  }
  return { size, name: undefined, isRepeatable: false, readFrom: (offset) => skipping(source, offset) }
}

async function sizeOfFile(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataverseError(`The file to upload cannot be read: ${reason}.`, { code: 'bad-input', cause })
  }
}

/** Reads pieces of the sizes that are asked for. */
export interface ByteReader {
  /** The next bytes, as many as asked for; fewer at the end only. */
  take(count: number): Promise<Buffer>
  /** Gives bytes back that are to be taken again. */
  putBack(bytes: Buffer): void
  /** Whether nothing is left. */
  isAtEnd(): Promise<boolean>
  /** Lets go of the source. */
  close(): Promise<void>
}

function skipping(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, offset: number): ByteReader {
  const reader = createByteReader(source)
  let left = offset
  async function skip(): Promise<void> {
    while (left > 0) {
      const skipped = await reader.take(Math.min(left, 1024 * 1024))
      if (skipped.length === 0) return
      left -= skipped.length
    }
  }
  return {
    async take(count) {
      await skip()
      return reader.take(count)
    },
    async isAtEnd() {
      await skip()
      return reader.isAtEnd()
    },
    putBack: reader.putBack,
    close: reader.close,
  }
}

function createByteReader(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ByteReader {
  const iterator = iteratorOf(source)
  let held: Buffer[] = []
  let heldBytes = 0
  let ended = false

  async function pull(): Promise<void> {
    const step = await iterator.next()
    if (step.done === true) {
      ended = true
      return
    }
    if (!(step.value instanceof Uint8Array)) {
      throw new DataverseError(
        'A source of a file gives something else than bytes: open it without encoding.',
        {
          code: 'bad-input',
        },
      )
    }
    const { buffer, byteOffset, byteLength } = step.value
    held.push(Buffer.from(buffer, byteOffset, byteLength))
    heldBytes += byteLength
  }

  return {
    async take(count) {
      while (heldBytes < count && !ended) await pull()
      const all = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held)
      const rest = all.subarray(count)
      held = rest.length === 0 ? [] : [rest]
      heldBytes = rest.length
      return all.subarray(0, count)
    },
    putBack(bytes) {
      if (bytes.length === 0) return
      held.unshift(bytes)
      heldBytes += bytes.length
    },
    async isAtEnd() {
      while (heldBytes === 0 && !ended) await pull()
      return heldBytes === 0
    },
    async close() {
      if (!ended) await iterator.return?.()
    },
  }
}

function iteratorOf(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterator<Uint8Array> | Iterator<Uint8Array> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
}
