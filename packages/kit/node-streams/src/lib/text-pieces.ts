import { DataverseError } from '@deltaverse/core'

/** The longest piece handed on, so that what is made of one piece stays small whatever the chunks are. */
const maxPieceLength = 64 * 1024

export interface TextPieces {
  push(chunk: string | Uint8Array): Generator<string, void, undefined>
  end(): Generator<string, void, undefined>
}

/**
 * Makes strings of limited length from chunks: decodes UTF-8, drops a byte order mark, and never cuts a CRLF in two, so that
 * counting lines gives the same whatever the chunks are.
 *
 * @throws DataverseError `bad-input` when the bytes are not UTF-8
 */
export function createTextPieces(): TextPieces {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytesRead = 0
  let isFirst = true
  let held = ''

  function decode(bytes?: Uint8Array): string {
    const from = bytesRead
    bytesRead += bytes?.length ?? 0
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch (cause) {
      throw new DataverseError(`The text is not UTF-8: see between bytes ${from} and ${bytesRead}.`, {
        code: 'bad-input',
        cause,
      })
    }
  }

  function hold(text: string, isLast: boolean): string {
    let piece = held + text
    held = ''
    if (isFirst && piece.length > 0) {
      isFirst = false
      if (piece.charCodeAt(0) === 0xfeff) piece = piece.slice(1)
    }
    if (isLast || !piece.endsWith('\r')) return piece
    held = '\r'
    return piece.slice(0, -1)
  }

  return {
    *push(chunk) {
      for (let from = 0; from < chunk.length; from += maxPieceLength) {
        const to = from + maxPieceLength
        const piece = hold(
          typeof chunk === 'string' ? chunk.slice(from, to) : decode(chunk.subarray(from, to)),
          false,
        )
        if (piece !== '') yield piece
      }
    },
    *end() {
      const piece = hold(decode(), true)
      if (piece !== '') yield piece
    },
  }
}
