/**
 * Copies accounts from one environment to another by a sync, and kills itself at the nth write to the target: before it is sent, or
 * behind its answer. Its only argument is JSON: { from, to, directory, key, killAt, when }.
 */
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { createClient } from '@deltaverse/client'
import { createChangeFeed, createDataverseSink } from '@deltaverse/dataverse'
import { createFingerprints } from '@deltaverse/fingerprints'
import { sync } from '@deltaverse/sync'

const { from, to, directory, key, killAt, when } = JSON.parse(process.argv[2])
let writes = 0

const dieAt = (next) => async (request) => {
  if (request.method === 'GET') return next(request)
  writes += 1
  const isLast = writes === killAt
  if (isLast && when === 'before') process.kill(process.pid, 'SIGKILL')
  const answer = await next(request)
  if (isLast) process.kill(process.pid, 'SIGKILL')
  return answer
}

/** Under an alternate key the target has GUIDs of its own. */
const toRow =
  key === undefined
    ? undefined
    : ({ row }) => {
        const { accountnumber, name, numberofemployees } = row ?? {}
        return accountnumber === undefined ? undefined : { accountnumber, name, numberofemployees }
      }

const target = createClient({ url: to, interceptors: [dieAt] })
const source = createClient({ url: from })
await sync({
  name: 'accounts',
  source: createChangeFeed(source, {
    entitySet: 'accounts',
    select: ['accountid', 'accountnumber', 'name', 'numberofemployees'],
    pageSize: 5,
  }),
  sink: createDataverseSink(target, {
    entitySet: 'accounts',
    key,
    deletions: 'delete',
    maxRows: 4,
    batchSize: 3,
    toRow,
  }),
  checkpoints: createFileCheckpointStore({ directory }),
  fingerprints: createFingerprints({ directory: `${directory}/fingerprints` }),
  commitBytes: 1,
})
console.log(writes)
await source.close()
await target.close()
