import type { Source } from '@deltaverse/core'

/** A source that has forgotten the checkpoints that it gave: each of its reads is a snapshot. */
export function forgetful(source: Source): Source {
  return { ...source, read: (options) => source.read({ ...options, restart: true }) }
}
