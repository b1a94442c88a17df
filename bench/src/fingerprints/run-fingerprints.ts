import type { FeedRun, ManyRowsRun } from './fingerprint-job.js'
import { type FeedJob, runFeed } from './run-feed.js'
import { type ManyRowsJob, runManyRows } from './run-many-rows.js'

export type FingerprintJob = FeedJob | ManyRowsJob

/** A process for one run: takes a job as its only message, answers with what it took and ends. */
process.once('message', async (job: FingerprintJob) => {
  const run: FeedRun | ManyRowsRun = job.kind === 'feed' ? await runFeed(job) : await runManyRows(job)
  process.send?.(run)
  process.disconnect()
})
