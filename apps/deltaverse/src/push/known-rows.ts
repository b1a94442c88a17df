import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataverseError, type Fingerprints } from '@deltaverse/core'
import { acquireFileLock, makeFolder, nodeFiles, replaceFile, safeFileName } from '@deltaverse/durable-files'
import type { PreparedPush } from './push-rows.js'

/** Which rows of a table came from a source, by their ids, from run to run. */
export interface KnownRows {
  /** Rows that earlier runs left. */
  readonly count: number
  /** Takes ids of rows that are in the source; tells those of them that an earlier run deactivated. */
  see(ids: readonly string[]): Promise<readonly string[]>
  /** Those that are not in the source any more, once all of it was seen. */
  missing(): AsyncIterable<readonly string[]>
  /** Takes ids of rows that are not in the source any more and were dealt with; of deactivated ones it is remembered by whom. */
  letGo(ids: readonly string[], what: 'deactivated' | 'deleted'): Promise<void>
  /** Makes this run what the next one compares with. */
  commit(): Promise<void>
  close(): Promise<void>
}

/** What is remembered of the rows of a push; nothing where it does not matter what is missing. */
export async function openKnownRowsOf(
  origin: string,
  { settings, table }: Pick<PreparedPush, 'settings'> & { readonly table: { readonly logicalName: string } },
): Promise<KnownRows | undefined> {
  if (settings.missing === 'ignore') return undefined
  return await openKnownRows({
    folder: settings.state,
    environment: origin,
    table: table.logicalName,
    source: basename(settings.source.path),
  })
}

/** What the rows of a job are remembered by. */
interface KnownRowsOptions {
  /** Folder of all that is remembered. */
  readonly folder: string
  readonly environment: string
  readonly table: string
  /** What tells this source from others that fill the same table. */
  readonly source: string
}

interface Saved {
  readonly mark?: string
  readonly retiredMark?: string
  readonly epoch: number
}

/**
 * Opens what is remembered, and keeps other processes out of it.
 *
 * @throws DataverseError `conflict` that says who works with it
 */
async function openKnownRows(options: KnownRowsOptions): Promise<KnownRows> {
  const { createFingerprints } = await import('@deltaverse/fingerprints')
  await makeFolder(nodeFiles, options.folder)
  const path = join(options.folder, nameOf(options))
  const lock = await acquireFileLock(`${path}.lock`, `the push of ${options.source} to ${options.table}`)
  const rows = createFingerprints({ directory: `${path}.rows` })
  const retired = createFingerprints({ directory: `${path}.retired` })
  const close = async (): Promise<void> => {
    await rows.close().catch(() => undefined)
    await retired.close().catch(() => undefined)
    await lock.release()
  }
  try {
    const saved = await readSaved(`${path}.json`)
    const known = [await rows.open(saved.mark), await retired.open(saved.retiredMark)]
    if (saved.mark !== undefined && known.includes(false)) {
      throw new DataverseError(
        `${path}.rows is not what ${path}.json remembers: put all of them back from a copy, or remove all, and this run counts as the first`,
        { code: 'checkpoint-invalid' },
      )
    }
    return createKnownRows({ rows, retired, saved, path, close })
  } catch (error) {
    await close()
    throw error
  }
}

interface Stores {
  readonly rows: Fingerprints
  readonly retired: Fingerprints
  readonly saved: Saved
  readonly path: string
  readonly close: () => Promise<void>
}

function createKnownRows({ rows, retired, saved, path, close }: Stores): KnownRows {
  const epoch = saved.epoch + 1
  const count = rows.count()
  return {
    count,
    async see(ids) {
      await rows.record(ids.map(toRow), epoch)
      const were = await retired.remove(ids)
      return ids.filter((_, at) => were[at] === true)
    },
    missing: () => rows.stale(epoch),
    async letGo(ids, what) {
      await rows.remove(ids)
      if (what === 'deactivated') await retired.record(ids.map(toRow), epoch)
    },
    async commit() {
      const [mark, retiredMark] = [await rows.commit(), await retired.commit()]
      await replaceFile(`${path}.json`, `${JSON.stringify({ mark, retiredMark, epoch } satisfies Saved)}\n`)
    },
    close,
  }
}

function toRow(id: string): { readonly id: string; readonly bytes: Uint8Array } {
  return { id, bytes: Buffer.alloc(0) }
}

async function readSaved(path: string): Promise<Saved> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Saved
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { epoch: 0 }
    throw new DataverseError(`${path} cannot be read: ${(error as Error).message}`, {
      code: 'checkpoint-invalid',
      cause: error,
    })
  }
}

/** One name for each environment, table and source, that a person recognizes. */
function nameOf({ environment, table, source }: KnownRowsOptions): string {
  const hash = createHash('sha256').update(`${environment}\n${table}\n${source}`).digest('hex').slice(0, 12)
  return `${safeFileName(table)}-${hash}`
}
