import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryOf } from './row-entry.js'
import { decodeUndoBlock, encodeUndoBlock } from './undo-block.js'

const entry = fc.tuple(fc.uint8Array(), fc.nat()).map(([bytes, epoch]) => entryOf(bytes, epoch))
// As rows of an elastic table have one: a GUID and a partition.
const partition = fc.string({ unit: 'binary' }).map((text) => `,${encodeURIComponent(text)}`)
const id = fc.tuple(fc.uuid(), fc.oneof(fc.constant(''), partition)).map((parts) => parts.join(''))
const rows = fc.array(fc.record({ id, entry: fc.option(entry, { nil: undefined }) }))

describe('an undo block', () => {
  it('gives back what was put into it', () => {
    fc.assert(
      fc.property(rows, (put) => {
        expect(decodeUndoBlock(encodeUndoBlock(put))).toEqual(put)
      }),
    )
  })

  it('is not read when it is cut off in the middle of a line, or is something else', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (put, cut) => {
        const block = encodeUndoBlock(put)
        const part = block.slice(0, cut % (block.length + 1))
        fc.pre(part !== '' && !part.endsWith('\n'))
        expect(decodeUndoBlock(part)).toBeUndefined()
      }),
    )
    for (const text of ['\n', 'x\n', '{}', '\0'.repeat(60)])
      expect(decodeUndoBlock(text), text).toBeUndefined()
  })
})
