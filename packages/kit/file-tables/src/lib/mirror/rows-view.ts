import type { Files } from '@deltaverse/durable-files'
import { type Format, ndjson, type WrittenRow } from '@deltaverse/formats'
import type { TableSchema } from '@deltaverse/schema'
import { endingOf } from '../file-name.js'
import { createRecordFile } from '../record-file.js'
import type { WholeFile } from './mirror-position.js'
import type { WorkFolder } from './work-folder.js'

/** A file of rows in the format that readers see, made while the rows are merged. */
export interface RowsView {
  /** Takes lines of the merged rows, in order. */
  append(lines: readonly Buffer[]): Promise<void>
  /** Resolves once it is on the disk, but for its name. */
  finish(): Promise<WholeFile>
  close(): Promise<void>
}

export interface RowsViewOptions {
  readonly files: Files
  readonly compress: 'none' | 'gzip'
  readonly format: Format
  readonly schema: TableSchema | undefined
}

/** Begins a view; `undefined` where readers see the lines themselves. */
export async function createRowsView(
  folder: WorkFolder,
  { files, compress, format, schema }: RowsViewOptions,
): Promise<RowsView | undefined> {
  const writer = format.rows?.(schema)
  if (writer === undefined) return undefined
  const name = folder.newName('view', endingOf(format.extension, compress))
  const file = await createRecordFile({ files, path: folder.pathOf(name), compress })
  await file.append(writer.header)
  const read = ndjson.readChanges()
  const rowsOf = (line: Buffer): WrittenRow[] => {
    const change = read(line)
    return change?.kind === 'upserted' ? [change] : []
  }
  return {
    append: (lines) => file.append(writer.write(lines.flatMap(rowsOf))),
    async finish() {
      await file.sync()
      return { file: name, bytes: file.bytes, sha256: await file.sha256() }
    },
    close: () => file.close(),
  }
}
