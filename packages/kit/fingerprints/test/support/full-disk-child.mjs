// Records until the disk takes no more, and tells how that ended.
import { createFingerprints } from '../../dist/index.js'

const [directory, first] = process.argv.slice(2)
const fingerprints = createFingerprints({ directory })
await fingerprints.open(first)
let mark = first
let committed = fingerprints.count()
let error
for (let round = 1; round <= 100 && error === undefined; round++) {
  try {
    const rows = Array.from({ length: 2_000 }, (_, at) => ({ id: idOf(round, at), bytes: Buffer.from('{}') }))
    await fingerprints.record(rows, 1)
    mark = await fingerprints.commit()
    committed = fingerprints.count()
  } catch ({ code, message }) {
    error = { code, message }
  }
}
const next = await fingerprints.commit().catch(({ code }) => code)
process.stdout.write(JSON.stringify({ error, next, mark, committed }))

function idOf(round, at) {
  return `0f1e2d3c-4b5a-4978-8796-${String(round * 10_000 + at).padStart(12, '0')}`
}
