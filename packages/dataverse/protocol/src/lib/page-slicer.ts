import { createEnvelopeScanner } from './envelope-scanner.js'
import { PageFormatError } from './page-format-error.js'
import type { RowRun } from './row-run.js'
import { createRowScanner } from './row-scanner.js'

/** Everything of a page but its rows: links, context, counts, annotations and members nobody knows yet. */
export type PageEnvelope = Readonly<Record<string, unknown>>

export interface PageSlicerOptions {
  /** The most bytes that one row, or all that stands around the rows, may have. Default: 64 MiB. */
  readonly maxRecordBytes?: number | undefined
  /** Levels of brackets that one row, or what stands around the rows, may have. Rows of the service have less than ten. Default: 100. */
  readonly maxDepth?: number | undefined
}

/**
 * Cuts the body of a page (`{"@odata.context":…,"value":[…],"@odata.nextLink":…}`) into the bytes of its rows while it
 * arrives, without parsing them. Exact for any JSON and any chunking; memory is bounded by the largest row.
 *
 * Refused with a {@link PageFormatError}: anything but objects in `value`, anything but one comma between them, brackets
 * that do not match, bytes that cannot stand outside strings, a second `value`, a body that ends early or goes on.
 */
export interface PageSlicer {
  /** Takes the next bytes of the body; they must not change afterwards, as the runs are views of them. */
  push(chunk: Uint8Array): RowRun[]
  /** What came before the rows; `undefined` until the `value` array has opened. */
  head(): PageEnvelope | undefined
  /** Says that the body has ended. An empty body is a page with nothing in it. */
  end(): PageEnvelope
}

export const defaultMaxRecordBytes: number = 64 * 1024 * 1024
export const defaultMaxDepth = 100

const comma = 0x2c
const openBrace = 0x7b
const closeBracket = 0x5d

type State = 'start' | 'envelope' | 'first-row' | 'next-row' | 'row' | 'behind-row' | 'end'

export function createPageSlicer(options: PageSlicerOptions = {}): PageSlicer {
  const maxRecordBytes = options.maxRecordBytes ?? defaultMaxRecordBytes
  if (!(maxRecordBytes > 0)) {
    throw new RangeError(`maxRecordBytes must be a positive number of bytes, not ${maxRecordBytes}`)
  }
  const maxDepth = options.maxDepth ?? defaultMaxDepth
  if (!(maxDepth > 0)) throw new RangeError(`maxDepth must be a positive number of levels, not ${maxDepth}`)
  const envelope = createEnvelopeScanner(maxDepth)
  const scanner = createRowScanner(maxDepth)
  let state: State = 'start'
  let head: PageEnvelope | undefined
  // Offset in the body of the chunk at hand, and the parts of a row that earlier chunks began.
  let base = 0
  let carried: Buffer[] = []
  let carriedBytes = 0
  let rows = 0
  let marksSkipped = 0

  function fail(message: string, at: number, reason: PageFormatError['reason'] = 'malformed'): never {
    const inRows = state !== 'start' && state !== 'envelope' && state !== 'end'
    throw new PageFormatError(message, { reason, offset: base + at, row: inRows ? rows : undefined })
  }

  function checkSize(bytes: number, at: number, what: string): void {
    if (bytes > maxRecordBytes) {
      fail(`${what} is larger than the limit of ${maxRecordBytes} bytes`, at, 'record-too-large')
    }
  }

  function stepAroundRows(chunk: Buffer, start: number): number {
    let at = start
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0
      if (state === 'end') {
        if (!isSpace(byte)) fail(`unexpected ${show(byte)} behind the page`, at)
      } else if (state === 'start' && isByteOrderMark(byte, marksSkipped)) {
        marksSkipped += 1
      } else {
        stepEnvelope(byte, at)
        if (state === 'first-row') return at + 1
      }
      at += 1
    }
    checkSize(envelope.size, at, 'what stands around the rows')
    return at
  }

  function stepEnvelope(byte: number, at: number): void {
    if (marksSkipped === 1 || marksSkipped === 2) fail(`expected a byte order mark, found ${show(byte)}`, at)
    const step = envelope.step(byte)
    if (step === 'stray') fail(`expected a JSON object, found ${show(byte)}`, at)
    if (step === 'too-deep')
      fail(`what stands around the rows has more than ${maxDepth} levels of brackets`, at, 'too-deep')
    if (step === 'second-value') fail('the page has a second "value" array', at)
    if (step === 'done') state = 'end'
    else if (step === 'rows') {
      head = parseEnvelope(envelope.text(']}'), at)
      state = 'first-row'
    } else if (!isSpace(byte)) state = 'envelope'
  }

  /** Between two rows, before the first and behind the last. Returns where the next row or the tail goes on. */
  function stepBetweenRows(chunk: Buffer, start: number): number {
    let at = start
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0
      if (isSpace(byte)) continue
      if (byte === openBrace && state !== 'behind-row') {
        scanner.begin()
        state = 'row'
        return at
      }
      if (byte === comma && state === 'behind-row') state = 'next-row'
      else if (byte === closeBracket && state !== 'next-row') {
        envelope.closeRows()
        state = 'envelope'
        return at + 1
      } else
        fail(
          `expected ${state === 'behind-row' ? 'a comma or the end of "value"' : 'a row'}, found ${show(byte)}`,
          at,
        )
    }
    return at
  }

  /** Slices rows while they follow each other in this chunk; adds them to `bounds`. */
  function stepRows(chunk: Buffer, start: number, rowRuns: RowRun[], bounds: number[]): number {
    const continued = carriedBytes > 0
    const end = scanner.scan(chunk, continued ? start : start + 1)
    if (end === -3)
      fail(`the row has more than ${maxDepth} levels of brackets`, scanner.strayAt(), 'too-deep')
    if (end === -2) {
      const stray = scanner.strayAt()
      fail(`unexpected ${show(chunk[stray] ?? 0)}`, stray)
    }
    const stop = end === -1 ? chunk.length : end
    checkSize(carriedBytes + stop - start, stop, 'the row')
    if (end === -1) {
      carried.push(chunk.subarray(start))
      carriedBytes += stop - start
      return stop
    }
    if (continued) {
      carried.push(chunk.subarray(start, end))
      const bytes = Buffer.concat(carried)
      rowRuns.push({ bytes, bounds: [0, bytes.length, scanner.flags()] })
      carried = []
      carriedBytes = 0
    } else {
      bounds.push(start, end, scanner.flags())
    }
    rows += 1
    state = 'behind-row'
    return end
  }

  function parseEnvelope(text: string, at: number): PageEnvelope {
    try {
      return JSON.parse(text) as PageEnvelope
    } catch (cause) {
      return fail(`what stands around the rows is not valid JSON: ${(cause as Error).message}`, at)
    }
  }

  return {
    push(piece) {
      const chunk = Buffer.isBuffer(piece)
        ? piece
        : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
      const rowRuns: RowRun[] = []
      const bounds: number[] = []
      let at = 0
      while (at < chunk.length) {
        if (state === 'row') at = stepRows(chunk, at, rowRuns, bounds)
        else if (state === 'first-row' || state === 'next-row' || state === 'behind-row')
          at = stepBetweenRows(chunk, at)
        else at = stepAroundRows(chunk, at)
      }
      base += chunk.length
      if (bounds.length > 0) rowRuns.push({ bytes: chunk, bounds })
      return rowRuns
    },

    head: () => head,

    end() {
      if (state === 'start') return {}
      if (state !== 'end') fail('the body ended before the page was whole', 0, 'ended-early')
      const parsed = parseEnvelope(envelope.text(''), 0)
      const value = parsed.value
      if (value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)) {
        fail('"value" is not an array of rows', 0)
      }
      return parsed
    },
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function isByteOrderMark(byte: number, skipped: number): boolean {
  return byte === [0xef, 0xbb, 0xbf][skipped]
}

function show(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`
}
