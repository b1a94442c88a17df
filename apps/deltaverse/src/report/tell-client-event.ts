import type { ClientEvent } from '@deltaverse/client'
import { formatWait } from '../program/format-quantity.js'

/** Tells the user when a request is repeated, and when. What the governor does is told by what comes of it. */
export function tellClientEvent(event: ClientEvent, say: (line: string) => void): void {
  if (event.kind !== 'retry') return
  say(`attempt ${event.attempt}: ${event.error.message}; again ${formatWait(event)}`)
}
