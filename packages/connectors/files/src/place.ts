import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import type { SinkPlace } from '@deltaverse/core'
import { safeFileName } from '@deltaverse/durable-files'
import type { LogManifest } from '@deltaverse/file-tables'

/** Where a table stands, by its checkpoint and the manifest of its files; empty where there is nothing yet. */
export async function placeOf(directory: string, table: string): Promise<SinkPlace> {
  const name = safeFileName(table)
  const manifestFile = join(directory, `${name}.manifest.json`)
  const found = await readManifest(manifestFile, (file) => join(directory, file))
  if (found === undefined) return { files: [] }
  const stored = await createFileCheckpointStore({ directory })
    .load(table)
    .catch(() => undefined)
  const { files, earlierFiles } = found
  return {
    ...(stored && {
      epoch: stored.state.checkpoint.epoch,
      phase: stored.state.checkpoint.phase,
    }),
    files,
    ...(earlierFiles.length === 0 ? {} : { earlierFiles }),
    manifestFile,
    checkpointFile: join(directory, `${name}.checkpoint.json`),
  }
}

type Manifest = LogManifest | { readonly mode: 'mirror'; readonly file: string }

interface FilesOfTable {
  readonly files: readonly string[]
  readonly earlierFiles: readonly string[]
}

function filesOf(manifest: Manifest): FilesOfTable {
  if (manifest.mode === 'mirror') return { files: [manifest.file], earlierFiles: [] }
  const { reads } = manifest
  const current = reads.findLast(({ status }) => status === 'complete' || status === 'reading')
  const namesOf = (some: LogManifest['reads']): string[] =>
    some.flatMap((read) => read.files.map(({ file }) => file))
  return {
    files: current === undefined ? [] : namesOf([current]),
    earlierFiles: namesOf(reads.filter((read) => read !== current)),
  }
}

/** The report says where the files are as far as can be told; what is wrong with them is said by whoever needs them. */
async function readManifest(
  path: string,
  pathOf: (file: string) => string,
): Promise<FilesOfTable | undefined> {
  try {
    const { files, earlierFiles } = filesOf(JSON.parse(await readFile(path, 'utf8')) as Manifest)
    return { files: files.map(pathOf), earlierFiles: earlierFiles.map(pathOf) }
  } catch {
    return undefined
  }
}
