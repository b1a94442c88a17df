import { DataverseError } from '@deltaverse/core'
import { createOption, defineOptions, type OptionsInput } from '@deltaverse/options'
import { describeValue } from './describe-value.js'
import { createJsonArrayReader } from './json-array-reader.js'
import { createJsonVerifier, type JsonSyntaxError } from './json-syntax-error.js'
import type { Stage } from './stage.js'
import { requireTextChunk, type TextChunk } from './text-chunk.js'
import { createTextPieces } from './text-pieces.js'

const options = defineOptions('fromJsonArray()', {
  path: createOption<string | readonly string[], { doc: string; defaultText: string }>(
    {
      check: (_, value) => resolvePath(value),
      type: 'text or a list of text',
      schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    },
    {
      defaultText: 'the text itself is the array',
      doc: "Where the array is: 'value', 'data.items', or a list of keys when a key holds a dot (['a.b', 'items']). A number steps into an array.",
    },
  ),
})

export type FromJsonArrayOptions = OptionsInput<typeof options.spec>

/**
 * A stage that reads the elements of one JSON array, one by one: of any nesting, pretty-printed or not, with or without a byte
 * order mark, at the top or under a `path`. The text is checked to its end. `T` is your word for it: elements are not checked.
 * A number that a JavaScript number cannot hold comes as text, with every digit.
 *
 * Holds one chunk, the elements that 64 KiB of text complete, and the element under way; never the array.
 *
 * @throws DataverseError `bad-input` when the text is not JSON or ends early (naming line, column and offset in characters), is not
 *   UTF-8, or when `path` leads nowhere, to something that is no array, or to two arrays. Elements that were complete before the
 *   error have been delivered.
 */
export function fromJsonArray<T = unknown>(input: FromJsonArrayOptions = {}): Stage<TextChunk, T> {
  const path = (options.parse(input).path ?? []) as readonly string[]
  return async function* (source) {
    const pieces = createTextPieces()
    const reader = createCheckedReader(path)
    for await (const chunk of source) {
      for (const piece of pieces.push(requireTextChunk('fromJsonArray()', chunk))) {
        yield* reader.push(piece) as Iterable<T>
      }
    }
    for (const piece of pieces.end()) yield* reader.push(piece) as Iterable<T>
    reader.end()
  }
}

interface CheckedReader {
  push(text: string): Generator<unknown, void, undefined>
  end(): void
}

/** Checks each piece before it is read, so that an error has a place and whatever stood before it is still delivered. */
function createCheckedReader(path: readonly string[]): CheckedReader {
  const verifier = createJsonVerifier()
  const reader = createJsonArrayReader(path)
  let read = 0
  return {
    *push(text) {
      const error = verifier.push(text)
      // The error may lie in what an earlier piece left undecided; then nothing of this piece is good.
      const good = error === undefined ? text : text.slice(0, Math.max(0, error.offset - read))
      read += text.length
      for (const element of reader.push(good)) yield element
      if (error !== undefined) throw badText(error)
    },
    end() {
      const error = verifier.end()
      if (error !== undefined) throw badText(error)
      reader.end()
    },
  }
}

function badText({ line, column, offset, reason }: JsonSyntaxError): DataverseError {
  return new DataverseError(`Not JSON at line ${line}, column ${column} (offset ${offset}): ${reason}.`, {
    code: 'bad-input',
  })
}

function resolvePath(path: unknown): readonly string[] {
  const keys = typeof path === 'string' ? path.split('.') : path
  const isList = Array.isArray(keys) && keys.every((key) => typeof key === 'string')
  if (!isList || path === '') {
    throw new TypeError(
      `path must be keys joined by dots, or a list of keys, received ${describeValue(path)}`,
    )
  }
  return [...keys]
}
