// Opens a fingerprint store, says so, and holds it until it is killed.
import { createFingerprints } from '../../dist/index.js'

const [directory, mark] = process.argv.slice(2)
if (!(await createFingerprints({ directory }).open(mark))) throw new Error('the mark is not known')
process.stdout.write('open\n')
setInterval(() => {}, 1_000)
