// Brings changes to a table as a sync does, each commit with its state, and dies without a word in the middle of one.
import { account, checkpointOf, complete, deleted, idOf, reset } from '@deltaverse/testing'
import { createSqliteSink } from '../../dist/index.js'

const { path, resync, dieAt, dieAfterMs } = JSON.parse(process.argv[2])
const sink = createSqliteSink({
  file: path,
  table: 'accounts',
  columns: [{ member: 'name', type: 'text' }],
  resync,
})
await sink.acquire('accounts')
const stored = await sink.loadState('accounts')
await sink.open(stored?.state.position)
let revision = stored?.revision
const from = stored?.state.checkpoint.rowsRead ?? 0
for (let step = from; ; step += 1) {
  if (step - from === dieAt) setTimeout(() => process.kill(process.pid, 'SIGKILL'), dieAfterMs)
  // Every third step a snapshot of all rows of that version, then upserts and deletions.
  const rows = Array.from({ length: 200 }, (_, at) => account(at, {}, step + 1))
  const events =
    step % 3 === 0
      ? [reset(step + 1), ...rows, complete(step + 1, rows.length)]
      : [...rows.slice(0, 50), deleted(idOf(step % 200))]
  await sink.write(events)
  await new Promise(setImmediate)
  const state = { version: 1, checkpoint: checkpointOf({ rowsRead: step + 1 }) }
  revision = (await sink.commitWith('accounts', state, revision)).revision
  await new Promise(setImmediate)
  if (step - from > 400) throw new Error('nobody died')
}
