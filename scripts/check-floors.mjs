/**
 * Imports point down only. Prints one line for each violation, `file:line: what, why, what instead`, and exits 1.
 * `node scripts/check-floors.mjs [root]`
 */
import { fileURLToPath } from 'node:url'
import { floorViolations } from './lib/floor-violations.mjs'

const violations = floorViolations(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)))
for (const violation of violations) console.error(violation)
if (violations.length > 0) console.error(`${violations.length} violation(s) of the floors`)
process.exitCode = violations.length > 0 ? 1 : 0
