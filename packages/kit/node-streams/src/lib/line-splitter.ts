const newline = 0x0a
const carriageReturn = 0x0d
const empty = Buffer.alloc(0)
const excerptBytes = 1024

export interface Line {
  /** 1 for the first line; blank lines count. */
  readonly number: number
  /** Without its ending and without a byte order mark. When `tooLong`, only the first 1,024 bytes. */
  readonly bytes: Buffer
  readonly tooLong: boolean
}

export interface LineSplitter {
  push(chunk: Buffer): Generator<Line, void, undefined>
  /** Takes what comes last, which holds no newline, and gives the last line when the input did not end with one. */
  end(rest: Buffer): Line | undefined
}

/**
 * Cuts bytes at newlines. A line that grows beyond `maxLineBytes` is given as soon as that is known, and its rest is dropped.
 */
export function createLineSplitter(maxLineBytes: number): LineSplitter {
  let number = 0
  let carried: Buffer[] = []
  let carriedBytes = 0
  let isDropping = false

  function takeCarried(tail: Buffer): Buffer {
    if (carriedBytes === 0) return tail
    carried.push(tail)
    const bytes = Buffer.concat(carried)
    carried = []
    carriedBytes = 0
    return bytes
  }

  function finish(tail: Buffer): Line {
    number++
    const bytes = trimLine(takeCarried(tail), number === 1)
    const tooLong = bytes.length > maxLineBytes
    return { number, bytes: tooLong ? bytes.subarray(0, excerptBytes) : bytes, tooLong }
  }

  /** Keeps the beginning of a line; gives the line when it is too long already. */
  function carry(rest: Buffer): Line | undefined {
    if (isDropping || rest.length === 0) return undefined
    // Copied, because a source may reuse its buffer for the next chunk.
    carried.push(Buffer.from(rest))
    carriedBytes += rest.length
    // Grace for what is no part of the line: a carriage return, and on line 1 a byte order mark.
    if (carriedBytes <= maxLineBytes + 1 + (number === 0 ? 3 : 0)) return undefined
    isDropping = true
    return finish(empty)
  }

  return {
    *push(chunk) {
      let from = 0
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        const tail = chunk.subarray(from, at)
        from = at + 1
        if (isDropping) isDropping = false
        else yield finish(tail)
      }
      const tooLong = carry(from === 0 ? chunk : chunk.subarray(from))
      if (tooLong !== undefined) yield tooLong
    },
    end(rest) {
      return carry(rest) ?? (carriedBytes > 0 ? finish(empty) : undefined)
    },
  }
}

function trimLine(bytes: Buffer, isFirst: boolean): Buffer {
  const hasMark = isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const start = hasMark ? 3 : 0
  const end =
    bytes.length > start && bytes[bytes.length - 1] === carriageReturn ? bytes.length - 1 : bytes.length
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
}
