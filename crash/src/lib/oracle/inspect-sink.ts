import { inspectLog } from './inspect-log.js'
import { inspectMirror } from './inspect-mirror.js'
import type { SinkPlace, SinkView } from './sink-view.js'
import type { VersionBook } from './version-book.js'

/** Looks at everything that a sink has there, at any moment. */
export async function inspectSink(
  place: SinkPlace,
  mode: 'log' | 'mirror',
  book: VersionBook,
): Promise<SinkView> {
  return mode === 'log' ? await inspectLog(place, book) : await inspectMirror(place, book)
}
