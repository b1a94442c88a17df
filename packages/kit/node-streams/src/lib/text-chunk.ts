import { describeValue } from './describe-value.js'

/** A piece of text: a string, or bytes in UTF-8. Cuts may fall anywhere, inside a character too. */
export type TextChunk = string | Uint8Array | ArrayBuffer

/** Checks what came out of a source that should give text. */
export function requireTextChunk(stage: string, chunk: unknown): string | Uint8Array {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk
  // What `readableWebStream()` of a file handle gives on Node 20.
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk)
  throw new TypeError(`${stage} reads strings and bytes, received ${describeValue(chunk)}`)
}

export interface ChunkEncoder {
  /** The bytes of a chunk; no copy where it already is bytes. */
  encode(chunk: string | Uint8Array): Buffer
  /** What was still held back when the input ended. */
  end(): Buffer
}

/** Makes bytes of chunks. Half a surrogate pair at the end of a string waits for the other half. */
export function createChunkEncoder(): ChunkEncoder {
  let held = ''
  return {
    encode(chunk) {
      if (typeof chunk !== 'string') return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const text = held + chunk
      const last = text.charCodeAt(text.length - 1)
      const cut = last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length
      held = text.slice(cut)
      return Buffer.from(text.slice(0, cut))
    },
    end() {
      return Buffer.from(held)
    },
  }
}
