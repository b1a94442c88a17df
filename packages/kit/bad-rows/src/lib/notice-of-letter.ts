import type { SinkNotice } from '@deltaverse/core'
import type { DeadLetter } from './dead-letter.js'

/** A letter in words, without values of the row. */
export function noticeOfLetter({ id, column, target, kept }: DeadLetter): SinkNotice {
  const what = column === undefined ? '' : `, column '${column}',`
  const how = kept === 'nothing' ? 'is not kept' : 'is kept without it'
  return {
    kind: 'bad-row',
    text: `the row ${id}${what} cannot be kept in ${target} and ${how}; its dead letter says why`,
  }
}
