import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createClient } from '@deltaverse/client'
import { type ChangeFeed, createChangeFeed } from '@deltaverse/dataverse'
import { toNdjson } from '@deltaverse/node-streams'
import { type Account, feedOptions } from './account-feed.js'
import type { Source, Variant } from './variant.js'

/** Typed rows, one at a time, through the API that the README shows first. */
export const feedChanges: Variant = async (source) => {
  let rows = 0
  let length = 0
  await withFeed(source, async (feed) => {
    for await (const change of feed.changes()) {
      if (change.kind === 'upserted') {
        rows += 1
        length += change.row.name.length
      } else if (change.kind === 'deleted') rows += 1
    }
  })
  return length > 0 ? { rows } : {}
}

/** Typed rows, batch by batch. */
export const feedBatches: Variant = async (source) => {
  let rows = 0
  let length = 0
  await withFeed(source, async (feed) => {
    for await (const batch of feed.read()) {
      for (const change of batch) {
        if (change.kind === 'upserted') {
          rows += 1
          length += change.row.name.length
        } else if (change.kind === 'deleted') rows += 1
      }
    }
  })
  return length > 0 ? { rows } : {}
}

/** NDJSON to a file, batch by batch. */
export const feedBatchesToNdjson: Variant = (source) =>
  countingRows(source, (feed, file) => pipeline(feed.read(), toNdjson(), file))

/** NDJSON to a file, change by change. */
export const feedChangesToNdjson: Variant = (source) =>
  countingRows(source, (feed, file) => pipeline(feed.changes(), toNdjson(), file))

async function countingRows(
  source: Source,
  write: (feed: ChangeFeed<Account>, file: NodeJS.WritableStream) => Promise<void>,
): Promise<{ rows: number }> {
  let rows = 0
  await withFeed(
    source,
    (feed) => write(feed, createWriteStream(source.outFile, { highWaterMark: 1_048_576 })),
    (page) => {
      rows += page
    },
  )
  return { rows }
}

async function withFeed(
  source: Source,
  read: (feed: ChangeFeed<Account>) => Promise<void>,
  onRows: (rows: number) => void = () => {},
): Promise<void> {
  const client = createClient({ url: source.serviceRoot })
  const feed = createChangeFeed<Account>(client, {
    ...feedOptions(source),
    onEvent: (event) => event.kind === 'page' && onRows(event.upserted + event.deleted),
  })
  try {
    await read(feed)
  } finally {
    await client.close()
  }
}
