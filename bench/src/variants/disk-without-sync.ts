import { type Files, nodeFiles } from '@deltaverse/durable-files'

/** The files of this machine, except that nothing ever waits for the disk. */
export const diskWithoutSync: Files = {
  ...nodeFiles,
  async open(path, flags) {
    const file = await nodeFiles.open(path, flags)
    return {
      read: (...args) => file.read(...args),
      writev: (...args) => file.writev(...args),
      stat: () => file.stat(),
      truncate: (bytes) => file.truncate(bytes),
      sync: async () => {},
      close: () => file.close(),
    }
  },
  syncFolder: async () => {},
}
