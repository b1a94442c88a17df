import { dirname, join } from 'node:path'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { createClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { createFileSink, type FileSinkOptions } from '@deltaverse/files'
import { sync } from '@deltaverse/sync'
import { type Account, feedOptions } from './account-feed.js'
import { diskWithoutSync } from './disk-without-sync.js'
import type { Source, Variant } from './variant.js'

/** NDJSON files that survive a crash at any point: checkpoints, fsync, checksums and a manifest. */
export const syncToNdjson: Variant = (source) => syncTo(source, {})

/** The same, and the disk may take its time: what remains is the work of the process. */
export const syncToNdjsonWithoutFsync: Variant = (source) => syncTo(source, { files: diskWithoutSync })

export const syncToGzip: Variant = (source) => syncTo(source, { compress: 'gzip' })

/** One file that is replaced when the read has ended. */
export const syncToMirror: Variant = (source) => syncTo(source, { mode: 'mirror' })

async function syncTo(
  source: Source,
  sinkOptions: Pick<FileSinkOptions, 'mode' | 'compress' | 'files'>,
): Promise<{ rows: number }> {
  const directory = join(dirname(source.outFile), 'sync')
  const client = createClient({ url: source.serviceRoot })
  try {
    const { upserted, deleted } = await sync({
      name: 'accounts',
      source: createChangeFeed<Account>(client, feedOptions(source)),
      sink: createFileSink({ directory, name: 'accounts', ...sinkOptions }),
      checkpoints: createFileCheckpointStore({ directory, files: sinkOptions.files }),
    })
    return { rows: upserted + deleted }
  } finally {
    await client.close()
  }
}
