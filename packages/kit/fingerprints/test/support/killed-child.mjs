// Takes steps on a fingerprint store as a sync does, each with a commit and then a saved state, and dies without a word in the middle of one.
import { renameSync, writeFileSync } from 'node:fs'
import { createFingerprints } from '../../dist/index.js'

const { directory, stateFile, mark, from, steps, dieAt, dieAfterMs } = JSON.parse(process.argv[2])
const fingerprints = createFingerprints({ directory, maxPendingRows: 50 })
if (!(await fingerprints.open(mark))) throw new Error(`the mark ${mark} is not known`)
for (const [at, { rows, removed, epoch }] of steps.entries()) {
  if (at === dieAt) dieIn(dieAfterMs)
  const shown = rows.map(({ id, text }) => ({ id, bytes: Buffer.from(text) }))
  await fingerprints.record(shown, epoch)
  await fingerprints.remove(removed)
  const committed = await fingerprints.commit()
  writeFileSync(`${stateFile}.new`, JSON.stringify({ mark: committed, step: from + at + 1 }))
  renameSync(`${stateFile}.new`, stateFile)
}
throw new Error('nobody died')

/** Threads of the store go on meanwhile, so that death finds them anywhere. */
function dieIn(milliseconds) {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), milliseconds)
}
