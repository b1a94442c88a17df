import type { RecordSplitter } from './format.js'

const newline = 0x0a

/** Cuts text into records at line feeds: at each, or at those where `isEnd` says so of the record up to it. */
export function splitLines(isEnd: (from: Buffer) => boolean = () => true): RecordSplitter {
  let carried: Buffer[] = []
  return {
    push(piece) {
      const records: Buffer[] = []
      let from = 0
      let unseen = 0
      for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, unseen)) {
        const part = piece.subarray(unseen, at + 1)
        unseen = at + 1
        if (!isEnd(part)) continue
        const tail = piece.subarray(from, unseen)
        records.push(carried.length === 0 ? tail : Buffer.concat([...carried, tail]))
        carried = []
        from = unseen
      }
      if (unseen < piece.length) isEnd(piece.subarray(unseen))
      if (from < piece.length) carried.push(piece.subarray(from))
      return records
    },
    get isWhole() {
      return carried.length === 0
    },
  }
}
