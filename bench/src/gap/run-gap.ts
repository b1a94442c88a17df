import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { toNdjson } from '@deltaverse/node-streams'
import { measure } from '../measure.js'
import type { GapCase, GapRun } from './gap-case.js'

export interface GapJob {
  readonly serviceRoot: string
  readonly read: GapCase['read']
  readonly gapGuard: boolean
  readonly outFile: string
}

/** A process for one run: reads the table, or what changed since it was read, to an NDJSON file. */
process.once('message', async ({ serviceRoot, read, gapGuard, outFile }: GapJob) => {
  const client = createClient({ url: serviceRoot })
  const options = { entitySet: 'accounts', primaryKey: 'accountid', tokenLifetimeDays: 7 }
  const checkpoint = read === 'delta' ? await readOnce(client, options) : null
  let requests = 0
  let bytes = 0
  let rows = 0
  const counting: DataverseClient = {
    ...client,
    request(request, call) {
      requests += 1
      return client.request(request, call)
    },
  }
  const feed = createChangeFeed(counting, {
    ...options,
    gapGuard,
    onEvent(event) {
      if (event.kind !== 'page') return
      const { phase, upserted, deleted, bytesReceived } = event
      bytes += bytesReceived
      if (phase === (read === 'delta' ? 'incremental' : 'snapshot')) rows += upserted + deleted
    },
  })
  const file = createWriteStream(outFile, { highWaterMark: 1_048_576 })
  const { cost } = await measure(() => pipeline(feed.read({ checkpoint }), toNdjson(), file))
  await client.close()
  const run: GapRun = { rows, requests, bytes, cost }
  process.send?.(run)
  process.disconnect()
})

type Options = Parameters<typeof createChangeFeed>[1]

/** A full read, for the checkpoint at its end. */
async function readOnce(client: DataverseClient, options: Options) {
  for await (const page of createChangeFeed(client, { ...options, gapGuard: false }).pages()) {
    if (page.complete !== undefined) return page.checkpoint
  }
  return null
}
