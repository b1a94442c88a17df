/**
 * Writes the tables of options into the READMEs, from the declarations of the built packages. With `--check` it writes
 * nothing, and exits 1 when a table is not as its declaration.
 * `node scripts/write-option-tables.mjs [--check] [root]`
 */
import { fileURLToPath } from 'node:url'
import { writeOrCheck } from './lib/generated-files.mjs'
import { readmesWithTables } from './lib/option-tables.mjs'

const args = process.argv.slice(2)
const home = fileURLToPath(new URL('..', import.meta.url))
const readmes = await readmesWithTables(args.find((arg) => !arg.startsWith('--')) ?? home)
writeOrCheck(args, home, () => readmes, { script: 'node scripts/write-option-tables.mjs' })
