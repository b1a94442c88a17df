import { syncName } from '../run/sync-name.js'
import type { CrashTarget } from './crash-target.js'
import { inspectLog } from './inspect-log.js'
import { inspectMirror } from './inspect-mirror.js'

/** Files in a folder of the machine. */
export const filesTarget: CrashTarget = {
  standsOnFiles: true,
  async start() {
    return {
      settings: ({ directory, plan }) => ({
        directory,
        mode: plan.mode,
        compress: plan.compression,
        ...(plan.rotating && { rotate: { bytes: 1500, rows: 7 } }),
      }),
      async look({ files, directory, plan }, book) {
        const place = { files: files(), directory, name: syncName }
        return plan.mode === 'log' ? await inspectLog(place, book) : await inspectMirror(place, book)
      },
      async forget() {},
      async stop() {},
    }
  },
}
