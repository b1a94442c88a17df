import type { Files, OpenFile } from '../files.js'

/** A call of a file operation, about to be made. */
export interface FileCall {
  /** `open`, `rename`, `syncFolder`, …; those of an open file are `file.writev`, `file.sync`, …. */
  readonly operation: keyof Files | `file.${keyof OpenFile}`
  readonly path: string
  /** 1 for the first call, one more for each that follows. */
  readonly number: number
}

/**
 * Files that tell of each call before they make it. What `before` throws is thrown in its place, and nothing is done: so a
 * test makes the nth call fail, kills its process there, or writes down what was called.
 */
export function interceptFiles(files: Files, before: (call: FileCall) => void | Promise<void>): Files {
  let number = 0

  async function tell(operation: FileCall['operation'], path: string): Promise<void> {
    number += 1
    await before({ operation, path, number })
  }

  function around<Input extends readonly unknown[], Result>(
    operation: FileCall['operation'],
    work: (path: string, ...rest: Input) => Promise<Result>,
  ): (path: string, ...rest: Input) => Promise<Result> {
    return async (path, ...rest) => {
      await tell(operation, path)
      return await work(path, ...rest)
    }
  }

  function aroundOpen(path: string, file: OpenFile): OpenFile {
    const told = async <T>(operation: keyof OpenFile, work: () => Promise<T>): Promise<T> => {
      await tell(`file.${operation}`, path)
      return await work()
    }
    return {
      read: (...input) => told('read', () => file.read(...input)),
      writev: (...input) => told('writev', () => file.writev(...input)),
      stat: () => told('stat', () => file.stat()),
      truncate: (bytes) => told('truncate', () => file.truncate(bytes)),
      sync: () => told('sync', () => file.sync()),
      close: () => told('close', () => file.close()),
    }
  }

  return {
    open: around('open', async (path, flags) => aroundOpen(path, await files.open(path, flags))),
    readFile: around('readFile', files.readFile),
    rename: around('rename', files.rename),
    rm: around('rm', files.rm),
    link: around('link', files.link),
    readdir: around('readdir', files.readdir),
    stat: around('stat', files.stat),
    mkdir: around('mkdir', files.mkdir),
    syncFolder: around('syncFolder', files.syncFolder),
  }
}
