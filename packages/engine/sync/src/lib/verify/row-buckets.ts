import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { DataverseError, type HeldRow } from '@deltaverse/core'

/** A list of rows, in as many files as it takes to hold each of them in memory. */
export interface RowBuckets {
  add(rows: readonly HeldRow[]): Promise<void>
  /** The rows of one bucket, id to version (`undefined`: not known); the later mention of an id counts. */
  load(bucket: number): Promise<Map<string, string | undefined>>
  /** Every id of one bucket, deleted ones too. */
  loadIds(bucket: number): Promise<Set<string>>
}

/** What waits in memory before it is written, over all buckets. */
const maxWaitingCharacters = 4 * 1024 * 1024

/** Fewer rows than this in each bucket, as far as the number of rows is known. */
const rowsPerBucket = 40_000

/** How many buckets a table of so many rows takes: a power of two. */
export function bucketCount(rows: number): number {
  let count = 256
  while (count < 4_096 && rows / count > rowsPerBucket) count *= 2
  return count
}

/**
 * Spreads rows over files by a checksum of their ids. Their first characters would not do: ids that somebody made in order
 * begin alike.
 */
export function createRowBuckets(folder: string, name: string, count: number): RowBuckets {
  const waiting: string[] = Array.from({ length: count }, () => '')
  const inFile = new Set<number>()
  let waitingCharacters = 0

  const fileOf = (bucket: number): string => join(folder, `${name}-${bucket}`)

  async function flush(bucket: number): Promise<void> {
    const text = waiting[bucket] ?? ''
    if (text === '') return
    waiting[bucket] = ''
    waitingCharacters -= text.length
    await attempt('write', fileOf(bucket), () => appendFile(fileOf(bucket), text))
    inFile.add(bucket)
  }

  async function lines(bucket: number): Promise<readonly string[]> {
    const written = inFile.has(bucket)
      ? await attempt('read', fileOf(bucket), () => readFile(fileOf(bucket), 'utf8'))
      : ''
    const text = written + waiting[bucket]
    return text === '' ? [] : text.slice(0, -1).split('\n')
  }

  return {
    async add(rows) {
      for (const row of rows) {
        const line = `${row.id} ${row.deleted ? '-' : (row.rowVersion ?? '')}\n`
        waiting[crc32(row.id) % count] += line
        waitingCharacters += line.length
      }
      if (waitingCharacters < maxWaitingCharacters) return
      for (let bucket = 0; bucket < count; bucket += 1) await flush(bucket)
    },
    async load(bucket) {
      const rows = new Map<string, string | undefined>()
      for (const line of await lines(bucket)) {
        const [id = '', version = ''] = line.split(' ')
        if (version === '-') rows.delete(id)
        else rows.set(id, version === '' ? undefined : version)
      }
      return rows
    },
    async loadIds(bucket) {
      return new Set((await lines(bucket)).map((line) => line.slice(0, line.indexOf(' '))))
    },
  }
}

async function attempt<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new DataverseError(
      `cannot ${doing} ${path}: ${(cause as Error).message}. A verification keeps its lists there; make room, or name another temporaryDirectory`,
      { code: 'sink-failed', cause },
    )
  }
}
