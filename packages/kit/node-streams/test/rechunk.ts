import fc from 'fast-check'

/** Lengths of chunks, small ones favoured, used round and round. */
export const chunkLengths: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 300 })),
  { minLength: 1, maxLength: 12 },
)

/** Cuts bytes into chunks, inside of characters and line endings too; every chunk comes in the same, reused buffer. */
export function* rechunk(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  const reused = new Uint8Array(Math.max(...lengths))
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const part = bytes.subarray(from, from + lengths[turn % lengths.length]!)
    reused.fill(0)
    reused.set(part)
    yield reused.subarray(0, part.length)
    from += part.length
  }
}

/** Cuts text into strings, between the halves of a surrogate pair too. */
export function* rechunkText(text: string, lengths: readonly number[]): Generator<string> {
  for (let from = 0, turn = 0; from < text.length; turn++) {
    const length = lengths[turn % lengths.length]!
    yield text.slice(from, from + length)
    from += length
  }
}
