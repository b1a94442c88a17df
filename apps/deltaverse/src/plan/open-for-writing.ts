import { type FileHandle, open } from 'node:fs/promises'
import { UsageError } from '../program/usage-error.js'

/** Begins a file. @throws UsageError for a place where none can be */
export async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w')
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}`)
  }
}
