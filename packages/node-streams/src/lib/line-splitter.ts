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

/** Cuts bytes at newlines. Keeps at most `maxLineBytes` of an unfinished line and forgets the rest of a longer one. */
export function createLineSplitter(maxLineBytes: number): LineSplitter {
  let number = 0
  let carried: Buffer[] = []
  let carriedBytes = 0
  let overflow: Buffer | undefined

  // Copied, because a source may reuse its buffer for the next chunk.
  function carry(rest: Buffer): void {
    if (overflow !== undefined || rest.length === 0) return
    carried.push(Buffer.from(rest))
    carriedBytes += rest.length
    // Grace for what is no part of the line: a carriage return, and on line 1 a byte order mark.
    if (carriedBytes <= maxLineBytes + 1 + (number === 0 ? 3 : 0)) return
    overflow = Buffer.from(Buffer.concat(carried).subarray(0, excerptBytes))
    carried = []
    carriedBytes = 0
  }

  function finish(tail: Buffer): Line {
    number++
    if (overflow !== undefined) {
      const bytes = overflow
      overflow = undefined
      return { number, bytes, tooLong: true }
    }
    let bytes = tail
    if (carriedBytes > 0) {
      carried.push(tail)
      bytes = Buffer.concat(carried)
      carried = []
      carriedBytes = 0
    }
    bytes = trimLine(bytes, number === 1)
    const tooLong = bytes.length > maxLineBytes
    return { number, bytes: tooLong ? bytes.subarray(0, excerptBytes) : bytes, tooLong }
  }

  return {
    *push(chunk) {
      let from = 0
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        const line = finish(chunk.subarray(from, at))
        from = at + 1
        yield line
      }
      carry(from === 0 ? chunk : chunk.subarray(from))
    },
    end(rest) {
      carry(rest)
      return carriedBytes > 0 || overflow !== undefined ? finish(empty) : undefined
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
