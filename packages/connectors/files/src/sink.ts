import { join } from 'node:path'
import { type BadRowOptions, createBadRows } from '@deltaverse/bad-rows'
import type { PatchableSink, ReadableSink, Sink } from '@deltaverse/core'
import { safeFileName } from '@deltaverse/durable-files'
import {
  createLogSink,
  createMirrorSink,
  type LogPosition,
  type MirrorPosition,
  type TableFiles,
} from '@deltaverse/file-tables'
import { type CsvDialect, csv, type Format, ndjson, ndjsonRows } from '@deltaverse/formats'
import { MiB } from '@deltaverse/options'
import { type FileSinkOptions, parseFileSinkOptions } from './options.js'

/** How far a file sink is. */
export type FilePosition = LogPosition | MirrorPosition

/** A sink of files that can tell what they hold. */
export type FileSink = Sink<FilePosition, object> & ReadableSink & Partial<PatchableSink<object>>

/**
 * A table's changes as NDJSON or CSV files that no crash can tear. Whatever `commit` resolved for is on the disk; opened at a position,
 * the files hold what they held then, and nothing more.
 *
 * @throws TypeError for an option that is wrong; from every method `sink-failed` when the disk is full, read-only or
 * otherwise unwilling, `sink-mismatch` when files are not what the position says
 */
export function createFileSink(options: FileSinkOptions): FileSink {
  const settings = parseFileSinkOptions(options)
  const { mode, rotate, sortBytes = 32 * MiB, onEvent, directory } = settings
  const name = safeFileName(settings.name)
  const table: TableFiles = {
    ...settings,
    name,
    schema: settings.tableSchema,
    format: chooseFormat(settings),
    formatOf,
    badRows: createBadRows(withDeadLetterFile(settings, join(directory, `${name}.dead-letters.ndjson`)), {
      ...settings,
      target: join(directory, name),
      onLetter: (letter) => onEvent({ kind: 'bad-row', letter }),
    }),
    onSetAside: (path, keptAs) => onEvent({ kind: 'set-aside', path, keptAs }),
  }
  // Rows go by what stands in their bytes, whatever a caller says of their type.
  if (mode === 'mirror') return createMirrorSink({ ...table, sortBytes }) as FileSink
  const rows = rotate.rows ?? Number.POSITIVE_INFINITY
  return createLogSink({ ...table, rotate: { ...rotate, rows } }) as FileSink
}

function chooseFormat({
  format,
  csv: dialect,
  badCharacters,
  lines,
}: ReturnType<typeof parseFileSinkOptions>): Format {
  if (format === 'csv') return csv(dialect, badCharacters)
  return lines === 'rows' ? ndjsonRows : ndjson
}

function withDeadLetterFile(options: BadRowOptions, path: string): BadRowOptions {
  const { onBadRow, deadLetterFile } = options
  return onBadRow === 'stop' ? options : { ...options, deadLetterFile: deadLetterFile ?? path }
}

/** The format of a file that is there; its dialect is what this sink wrote into the manifest. */
function formatOf(extension: string, dialect: unknown): Format {
  return extension === csv().extension ? csv(dialect as CsvDialect) : ndjson
}
