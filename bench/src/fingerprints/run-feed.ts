import { createClient } from '@deltaverse/client'
import type { FingerprintRow, Fingerprints } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import { createFingerprints } from '@deltaverse/fingerprints'
import { measure } from '../measure.js'
import { commitSize, type FeedRun } from './fingerprint-job.js'

/** Reads the table, and shows it to a fingerprint store: none, an empty one, one that knows all of it. */
export interface FeedJob {
  readonly kind: 'feed'
  readonly fingerprints: 'none' | 'empty' | 'full'
  readonly serviceRoot: string
  readonly directory: string
}

/** Reads every row; with a fingerprint store, asks it about each and commits as often as a page ends. */
export async function runFeed({ fingerprints: kind, serviceRoot, directory }: FeedJob): Promise<FeedRun> {
  const client = createClient({ url: serviceRoot })
  const feed = createChangeFeed(client, {
    entitySet: 'accounts',
    primaryKey: 'accountid',
    tokenLifetimeDays: 7,
    gapGuard: false,
  })
  let fingerprints: Fingerprints | undefined
  if (kind !== 'none') {
    fingerprints = createFingerprints({ directory })
    await fingerprints.open(undefined)
  }
  let rows = 0
  const readOnce = async (epoch: number) => {
    rows = 0
    let uncommitted = 0
    for await (const batch of feed.read()) {
      const shown: FingerprintRow[] = []
      for (const change of batch) {
        if (change.kind !== 'upserted') continue
        shown.push({
          id: onPage(Math.floor((rows + shown.length) / commitSize), change.id),
          bytes: change.bytes,
        })
      }
      rows += shown.length
      uncommitted += shown.length
      await fingerprints?.record(shown, epoch)
      if (uncommitted < commitSize) continue
      await fingerprints?.commit()
      uncommitted = 0
    }
    await fingerprints?.commit()
  }
  if (kind === 'full') await readOnce(1)
  const { cost } = await measure(() => readOnce(2))
  await fingerprints?.close()
  await client.close()
  return { rows, cost }
}

/** The server sends the same page again and again; a table has other ids on each. */
function onPage(page: number, id: string): string {
  return page.toString(16).padStart(4, '0') + id.slice(4)
}
