import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { SinkTesting } from '@deltaverse/core'
import { inspectLog } from './inspect-log.js'
import { inspectMirror } from './inspect-mirror.js'

/** Files in a folder. Whoever looks at them goes by their documentation, with `JSON.parse`, `gunzip` and SHA-256. */
export const sinkTesting: SinkTesting = {
  standsOnFiles: true,
  async start() {
    return {
      settings: ({ directory, ways }) => ({
        directory,
        mode: ways.mode,
        format: ways.format,
        compress: ways.isCompressed ? 'gzip' : 'none',
        ...(ways.isRotating && { rotate: { bytes: 1500, rows: 7 } }),
      }),
      look: (place) => (place.ways.mode === 'log' ? inspectLog(place) : inspectMirror(place)),
      /** As if it had not been renewed for long. */
      async expireLease({ directory, table }) {
        await utimes(join(directory, `${table.name}.checkpoint.lock`), 0, 0).catch(ignoreMissing)
      },
      async forget() {},
      async stop() {},
    }
  },
}

/** A holder that stands still before it has taken its lease has none. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
