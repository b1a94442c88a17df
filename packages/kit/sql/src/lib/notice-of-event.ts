import { noticeOfLetter } from '@deltaverse/bad-rows'
import type { SinkNotice } from '@deltaverse/core'
import type { SqlEvent } from './sql-event.js'

/** An event in words. No words of a row are in it. */
export function noticeOfEvent(event: SqlEvent): SinkNotice {
  if (event.kind === 'bad-row') return noticeOfLetter(event.letter)
  const { doing, blocker } = event
  const { session, holder, since } = blocker
  const who = `session ${session} (${holder}), which ${blocker.doing} since ${since}`
  return event.kind === 'waiting'
    ? { kind: 'waiting', text: `${doing} waits for ${who}` }
    : { kind: 'session-ended', text: `${doing} waited for ${who}, and has ended it` }
}
