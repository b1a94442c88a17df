import { stat } from 'node:fs/promises'

/** What files were before a run, to tell which of them it wrote. */
export type FilesBefore = ReadonlyMap<string, FileStamp>

interface FileStamp {
  readonly size: number
  readonly stamp: string
}

export async function lookAtFiles(files: readonly string[]): Promise<FilesBefore> {
  const stamps = await Promise.all(files.map(async (file) => [file, await stampOf(file)] as const))
  return new Map(stamps.flatMap(([file, stamp]) => (stamp === undefined ? [] : [[file, stamp] as const])))
}

/** Those of the files that were written since, and the bytes that came to the disk with them. */
export async function filesWritten(
  before: FilesBefore,
  files: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly bytesOnDisk: number }> {
  const after = await lookAtFiles(files)
  const written = files.filter((file) => after.get(file)?.stamp !== before.get(file)?.stamp)
  const bytesOnDisk = written.reduce((sum, file) => sum + bytesOf(before.get(file), after.get(file)), 0)
  return { files: written, bytesOnDisk }
}

/** A file that was added to is the same file; one that was replaced is written as a whole. */
function bytesOf(before: FileStamp | undefined, after: FileStamp | undefined): number {
  if (after === undefined) return 0
  const isSame = before !== undefined && inodeOf(before) === inodeOf(after) && after.size >= before.size
  return isSame ? after.size - before.size : after.size
}

function inodeOf({ stamp }: FileStamp): string | undefined {
  return stamp.split(' ')[0]
}

async function stampOf(file: string): Promise<FileStamp | undefined> {
  try {
    const { ino, size, mtimeMs } = await stat(file)
    return { size, stamp: `${ino} ${size} ${mtimeMs}` }
  } catch {
    return undefined
  }
}
