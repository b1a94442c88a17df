import type { Files, OpenFile } from '@deltaverse/durable-files'

/** Files that are as they were but for what open ones of some names do. */
export function changedFiles(files: Files, names: RegExp, change: Partial<OpenFile>): Files {
  return {
    ...files,
    async open(path, flags) {
      const file = await files.open(path, flags)
      if (!names.test(path)) return file
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
