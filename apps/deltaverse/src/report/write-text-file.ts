import { writeFile } from 'node:fs/promises'
import { UsageError } from '../program/usage-error.js'

/** Writes a small file in one go. @throws UsageError for a place where none can be written */
export async function writeTextFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}`)
  }
}
