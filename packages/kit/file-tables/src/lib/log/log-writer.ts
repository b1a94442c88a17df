import { join } from 'node:path'
import type { Change, UpsertedChange } from '@deltaverse/core'
import type { RecordWriter } from '@deltaverse/formats'
import type { TableSchema } from '@deltaverse/schema'
import { fenceSuffix } from '../fence.js'
import { endingOf } from '../file-name.js'
import type { ObjectStore } from '../object-store.js'
import { createRecordFile, type RecordFile } from '../record-file.js'
import type { LogSettings } from '../table-files.js'
import { writeOrTell } from '../write-or-tell.js'
import { columnsOf } from './log-columns.js'
import { type LogFile, lastNumber } from './log-manifest.js'
import type { LogReads } from './log-reads.js'
import type { LogTale } from './log-tale.js'
import { roomLeft } from './rotation.js'

/** Writes the changes of an open log: file after file. */
export interface LogWriter {
  append(changes: readonly Change[]): Promise<void>
  /** Columns that came later, as lines of their own. */
  appendPatches(rows: readonly UpsertedChange[]): Promise<void>
  /** The columns of what comes from now on: another file, where they differ. */
  useSchema(schema: TableSchema): void
  /** Resolves once the last file is on the disk; the reads then tell of all of it. */
  sync(): Promise<void>
  /** Nothing more goes to the last file. */
  closeFile(): Promise<void>
  /** Lets go of the last file; what it holds and was not synced is lost. */
  close(): Promise<void>
}

interface LogParts {
  readonly settings: LogSettings
  readonly store: ObjectStore
  readonly reads: LogReads
  readonly tale: LogTale
  readonly fence: number
}

/** @param continued the last file of the reads, where more may be appended to it */
export function createLogWriter(parts: LogParts, continued: RecordFile | undefined): LogWriter {
  const { settings, store, reads, tale, fence } = parts
  const { directory, name, format, compress, files, rotate, now, badRows } = settings
  let file = continued
  let schema: TableSchema | undefined
  /** Of the last file; absent until it is known whether that one goes on. */
  let writer: RecordWriter<Change> | undefined

  async function closeFile(): Promise<void> {
    const entry = reads.lastFile
    if (file === undefined || entry === undefined) return
    const closing = file
    await closing.sync()
    entry.bytes = closing.bytes
    entry.sha256 = await closing.sha256()
    entry.closed = true
    tale.changed()
    file = undefined
    writer = undefined
    await closing.close()
  }

  /** Only the columns that a file began with go on in it. */
  async function findWriter(): Promise<void> {
    if (writer !== undefined) return
    if (format.needsSchema) schema ??= await settings.schema?.()
    if (file !== undefined && !isLaidOutAs(reads.lastFile, layout())) await closeFile()
    writer = format.changes(schema)
  }

  function layout(): Pick<LogFile, 'dialect' | 'columns'> {
    return {
      ...(format.dialect === undefined ? {} : { dialect: format.dialect }),
      ...(format.needsSchema && schema !== undefined ? { columns: columnsOf(schema) } : {}),
    }
  }

  /** The manifest tells of a file before it is there, so that a later start knows whose it is. */
  async function beginFile(): Promise<RecordFile> {
    const number = lastNumber({ ...tale.manifest, reads: reads.mirror() }) + 1
    const numbered = `${String(number).padStart(6, '0')}${fenceSuffix('-', fence)}`
    const fileName = `${name}.${numbered}.${endingOf(format.extension, compress)}`
    const keptAs = await store.setAside(fileName)
    if (keptAs !== undefined) settings.onSetAside(store.pathOf(fileName), keptAs)
    await tale.announce(fileName)
    const begun = await createRecordFile({ files, path: join(directory, fileName), compress })
    tale.madeName()
    const begunAt = new Date(now()).toISOString()
    const counts = { upserted: 0, deleted: 0, bytes: 0, sha256: '', closed: false }
    reads.addFile({ file: fileName, begunAt, ...counts, ...layout() })
    tale.changed()
    file = begun
    return begun
  }

  /** Makes room in the last file. @returns how many records it takes */
  async function makeRoom(): Promise<number> {
    await findWriter()
    let room = roomLeft(rotate, reads.lastFile, file?.bytes ?? 0, now())
    if (room === 0) {
      await closeFile()
      room = rotate.rows
    }
    return room
  }

  async function appendRecords(records: readonly Buffer[], header: Buffer): Promise<void> {
    if (file === undefined) {
      const begun = await beginFile()
      await begun.append(header)
    }
    for (const record of records) await file?.append(record)
  }

  /** @returns how many of the changes found room */
  async function appendPart(changes: readonly Change[]): Promise<number> {
    const part = changes.slice(0, await makeRoom())
    writer ??= format.changes(schema)
    const { write, header } = writer
    const { records, taken } = writeOrTell(write, part, badRows)
    if (taken.length === 0) return part.length
    await appendRecords(records, header)
    reads.count(taken)
    return part.length
  }

  return {
    closeFile,
    async append(changes) {
      for (let done = 0; done < changes.length; ) done += await appendPart(changes.slice(done))
    },
    async appendPatches(rows) {
      for (let done = 0; done < rows.length; ) {
        const part = rows.slice(done, done + (await makeRoom()))
        writer ??= format.changes(schema)
        await appendRecords([format.patches?.(part) ?? Buffer.alloc(0)], writer.header)
        reads.countPatches(part.length)
        done += part.length
      }
    },
    useSchema(next) {
      schema = next
      writer = undefined
    },
    async sync() {
      const entry = reads.lastFile
      if (file === undefined || entry === undefined) return
      await file.sync()
      const isLonger = entry.bytes !== file.bytes
      entry.bytes = file.bytes
      if (isLonger || entry.sha256 === '') entry.sha256 = await file.sha256()
    },
    async close() {
      await file?.close()
    },
  }
}

function isLaidOutAs(
  file: Pick<LogFile, 'dialect' | 'columns'> | undefined,
  { dialect, columns }: Pick<LogFile, 'dialect' | 'columns'>,
): boolean {
  return JSON.stringify([file?.dialect, file?.columns]) === JSON.stringify([dialect, columns])
}
