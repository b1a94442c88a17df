// Opens a ledger, says so, and holds it until it is killed.
import { createRowLedger } from '../../dist/index.js'

const [directory, mark] = process.argv.slice(2)
if (!(await createRowLedger({ directory }).open(mark))) throw new Error('the mark is not known')
process.stdout.write('open\n')
setInterval(() => {}, 1_000)
