import type { Files, OpenFile } from '@deltaverse/durable-files'

/** Files that are as they were but for some of what an open one does. */
export function changedFiles(files: Files, change: Partial<OpenFile>): Files {
  return {
    ...files,
    async open(path, flags) {
      const file = await files.open(path, flags)
      return {
        read: (...all) => file.read(...all),
        writev: (...all) => file.writev(...all),
        stat: () => file.stat(),
        truncate: (bytes) => file.truncate(bytes),
        sync: () => file.sync(),
        close: () => file.close(),
        ...change,
      }
    },
  }
}
