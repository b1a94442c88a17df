import { isUtf8 } from 'node:buffer'
import { DataverseError } from '@deltaverse/core'
import {
  bytes,
  callable,
  defineOptions,
  MiB,
  type OptionsInput,
  type OptionsOutput,
} from '@deltaverse/options'
import { mayHoldLongNumber, parseExactJson } from '@deltaverse/schema'
import { findJsonSyntaxError } from './json-syntax-error.js'
import { createLineSplitter, type Line } from './line-splitter.js'
import type { Stage } from './stage.js'
import { createChunkEncoder, requireTextChunk, type TextChunk } from './text-chunk.js'

/** A line that {@link fromNdjson} could not read. */
export interface BadLine {
  /** 1 for the first line; blank lines count. */
  readonly line: number
  /** The line without its ending; of a line longer than `maxLineBytes`, the first 1,024 bytes. */
  readonly text: string
}

const options = defineOptions('fromNdjson()', {
  maxLineBytes: bytes({
    default: 64 * MiB,
    min: 1,
    doc: 'The longest line to accept, without its ending: what one line may cost in memory.',
  }),
  onBadLine: callable<(error: DataverseError, badLine: BadLine) => void>()({
    defaultText: 'the first bad line ends the stage with the error',
    doc: 'Called for each bad line, which is then passed over.',
  }),
})

export type FromNdjsonOptions = OptionsInput<typeof options.spec>

const skipped: unique symbol = Symbol('skipped')

/**
 * A stage that turns NDJSON text into values, one per line. Chunks may be cut anywhere; lines end with LF or CRLF, the last one
 * may lack its ending, blank lines and a byte order mark are passed over. `T` is your word for it: values are not checked.
 * A number that a JavaScript number cannot hold comes as text, with every digit.
 *
 * Holds one chunk and one unfinished line.
 *
 * @throws DataverseError `bad-input` for a line that is no JSON, is no UTF-8 or is longer than `maxLineBytes`; the message
 *   names the line, the column where it is known, and a short excerpt. See `onBadLine` to go on instead.
 */
export function fromNdjson<T = unknown>(input: FromNdjsonOptions = {}): Stage<TextChunk, T> {
  return readLines(options.parse(input), (value) => value as T)
}

/** A value with the line that it stood on, counted from 1; blank lines count. */
export interface NumberedValue<T = unknown> {
  readonly line: number
  readonly value: T
}

/** The same as {@link fromNdjson}, for callers who have to say where a value came from. */
export function fromNumberedNdjson<T = unknown>(
  input: FromNdjsonOptions = {},
): Stage<TextChunk, NumberedValue<T>> {
  return readLines(options.parse(input), (value, line) => ({ line, value: value as T }))
}

function readLines<Out>(
  { maxLineBytes, onBadLine }: OptionsOutput<typeof options.spec>,
  toItem: (value: unknown, line: number) => Out,
): Stage<TextChunk, Out> {
  function read(line: Line): Out | typeof skipped {
    if (line.bytes.length === 0) return skipped
    const value = parseLine(line, maxLineBytes)
    if (!(value instanceof BadLineResult)) return toItem(value, line.number)
    if (value.error === undefined) return skipped
    if (onBadLine === undefined) throw value.error
    onBadLine(value.error, { line: line.number, text: value.text })
    return skipped
  }

  return async function* (source) {
    const encoder = createChunkEncoder()
    const splitter = createLineSplitter(maxLineBytes)
    for await (const chunk of source) {
      for (const line of splitter.push(encoder.encode(requireTextChunk('fromNdjson()', chunk)))) {
        const value = read(line)
        if (value !== skipped) yield value
      }
    }
    const last = splitter.end(encoder.end())
    const value = last === undefined ? skipped : read(last)
    if (value !== skipped) yield value
  }
}

/** Told apart from parsed values by its class, which no JSON text can produce. */
class BadLineResult {
  readonly error: DataverseError | undefined
  readonly text: string
  constructor(error: DataverseError | undefined, text: string) {
    this.error = error
    this.text = text
  }
}

function parseLine(line: Line, maxLineBytes: number): unknown {
  const text = line.bytes.toString()
  if (line.tooLong) {
    const reason = `is longer than maxLineBytes (${maxLineBytes}). Raise the limit if the line is meant to be that long.`
    return badLine(`Line ${line.number} ${reason} It begins with ${quoteExcerpt(text, 0)}.`, text)
  }
  if (!isUtf8(line.bytes)) return badLine(`Line ${line.number} is not UTF-8${hintEncoding(line)}.`, text)
  try {
    return mayHoldLongNumber(line.bytes) ? parseExactJson(text) : JSON.parse(text)
  } catch (cause) {
    if (/^[ \t\r]*$/.test(text)) return new BadLineResult(undefined, text)
    const found = findJsonSyntaxError(text)
    const place = found === undefined ? '' : `, column ${found.column}: ${found.reason}`
    const excerpt = quoteExcerpt(text, found?.offset ?? 0)
    return badLine(`Line ${line.number} is not JSON${place}, at ${excerpt}.`, text, cause)
  }
}

function badLine(message: string, text: string, cause?: unknown): BadLineResult {
  return new BadLineResult(new DataverseError(message, { code: 'bad-input', cause }), text)
}

function hintEncoding({ number, bytes }: Line): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  return number === 1 && isUtf16 ? '; it looks like UTF-16, save it as UTF-8' : ''
}

/** Some 40 characters around a place, control characters escaped. */
function quoteExcerpt(text: string, offset: number): string {
  const start = Math.max(0, offset - 10)
  const end = start + 40
  const shown = JSON.stringify(text.slice(start, end)).slice(1, -1).replaceAll('\\"', '"')
  return `\`${start > 0 ? '…' : ''}${shown}${end < text.length ? '…' : ''}\``
}
