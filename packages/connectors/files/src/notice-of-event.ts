import { noticeOfLetter } from '@deltaverse/bad-rows'
import type { SinkNotice } from '@deltaverse/core'
import type { FileEvent } from './options.js'

/** An event in words. */
export function noticeOfEvent(event: FileEvent): SinkNotice {
  if (event.kind === 'bad-row') return noticeOfLetter(event.letter)
  const { path, keptAs } = event
  return { kind: 'set-aside', text: `nobody accounts for the file ${path}; it is kept as ${keptAs}` }
}
