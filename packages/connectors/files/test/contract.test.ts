import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '@deltaverse/core'
import { type Files, ifThere, nodeFiles } from '@deltaverse/durable-files'
import { createMemoryDisk, type MemoryDisk } from '@deltaverse/durable-files/testing'
import { readableSinkContract, type SinkHarness, sinkContract } from '@deltaverse/testing'
import { describe, it } from 'vitest'
import { createFileSink, type FilePosition, type FileSink, type FileSinkOptions } from '../src/index.js'
import { accountColumns, accountsSchema } from './accounts-schema.js'
import { rowsAt, rowsOfLog } from './rows-of.js'

type Kind = Pick<
  FileSinkOptions,
  'format' | 'lines' | 'csv' | 'tableSchema' | 'mode' | 'compress' | 'rotate' | 'sortBytes'
>

const tableSchema = () => Promise.resolve(accountsSchema)

const kinds: Readonly<Record<string, Kind>> = {
  'a log in gzip of short files': { compress: 'gzip', rotate: { rows: 2_000, bytes: 1 } },
  'a mirror in gzip, sorted in small parts': { mode: 'mirror', compress: 'gzip', sortBytes: 100_000 },
  'a log in CSV': { format: 'csv', tableSchema, rotate: { rows: 2_000 } },
  'a log in CSV of an odd dialect, in gzip': {
    format: 'csv',
    tableSchema,
    csv: { delimiter: ';', lineEnd: '\n', nullText: 'NULL' },
    compress: 'gzip',
  },
}

for (const [what, kind] of Object.entries(kinds)) {
  describe(`createFileSink() for ${what}, under power cuts`, () => {
    const harness = harnessOf(kind, memoryPlace())
    for (const { name, run } of sinkContract(harness)) it(name, run)
    for (const { name, run } of readableSinkContract(harness)) it(name, run)
  })
}

const views: Readonly<Record<string, Kind>> = {
  'a mirror in CSV': { mode: 'mirror', format: 'csv', tableSchema },
  'a mirror of plain rows': { mode: 'mirror', lines: 'rows' },
}

for (const [what, kind] of Object.entries(views)) {
  describe(`createFileSink() for ${what}, under power cuts`, () => {
    const harness = harnessOf(kind, memoryPlace())
    for (const { name, run } of sinkContract(harness)) it(name, run)
    for (const { name, run } of readableSinkContract(harness)) it(name, run)
  })
}

for (const mode of ['log', 'mirror'] as const) {
  describe(`createFileSink() for a ${mode} on this machine`, () => {
    for (const { name, run } of sinkContract(harnessOf({ mode }, machinePlace()))) it(name, run)
  })
}

/** Where the files of a case are. */
interface Place {
  create(): void
  files(): Files
  directory(): string
  crash?(): void
  dispose?(): void
}

function memoryPlace(): Place {
  let disk: MemoryDisk
  return {
    create() {
      disk = createMemoryDisk()
    },
    files: () => disk.files,
    directory: () => '/out',
    crash: () => disk.cutPower('all-lost'),
  }
}

function machinePlace(): Place {
  let directory = ''
  return {
    create() {
      directory = mkdtempSync(join(tmpdir(), 'file-sink-'))
    },
    files: () => nodeFiles,
    directory: () => directory,
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function harnessOf(kind: Kind, place: Place): SinkHarness<FilePosition, FileSink> {
  let position: FilePosition | undefined
  const here = () => ({ directory: place.directory(), name: 'accounts', files: place.files() })
  const rows = async (): Promise<ReadonlyMap<string, Row>> =>
    await (kind.mode === 'mirror' ? rowsAt(here(), position) : rowsOfLog(here()))

  /** A mirror's rows are where its position says. */
  function open(): FileSink {
    const sink = createFileSink({ ...here(), ...kind })
    return {
      ...sink,
      async open(from, call) {
        await sink.open(from, call)
        position = from
      },
      async commit(call) {
        position = await sink.commit(call)
        return position
      },
    }
  }
  return {
    create() {
      place.create()
      return open()
    },
    reopen: open,
    rows,
    visible: rows,
    ...(kind.format === 'csv' && kind.mode !== 'mirror' ? { expected: accountColumns } : {}),
    async crash(sink) {
      place.crash?.()
      await sink.close().catch(() => undefined)
    },
    async plantForeign() {
      const [files, directory] = [place.files(), place.directory()]
      const strangers = [
        'accounts.000001.ndjson',
        'accounts.ndjson',
        'accounts.000001.ndjson.gz',
        'accounts.000001.csv',
        'accounts.csv',
        'notes.txt',
      ]
      for (const file of strangers) {
        const planted = await files.open(join(directory, file), 'w')
        await planted.writev([Buffer.from(`mine: ${file}\n`)], 0)
        await planted.close()
      }
      return async () => {
        for (const file of strangers) {
          const kept = [file, `${file}.1.bak`].map((each) => ifThere(files.readFile(join(directory, each))))
          const contents = (await Promise.all(kept)).map((bytes) => Buffer.from(bytes ?? []).toString())
          if (!contents.includes(`mine: ${file}\n`)) throw new Error(`${file} is no longer what it was`)
        }
      }
    },
    dispose: () => place.dispose?.(),
  }
}
