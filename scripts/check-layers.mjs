/**
 * Holds the imports against the layers, and finds circles of files. Prints one line for each violation, `file:line: what, why, what instead`, and exits 1.
 * `node scripts/check-layers.mjs [root]`
 */
import { fileURLToPath } from 'node:url'
import { layerViolations } from './lib/layer-violations.mjs'

const violations = layerViolations(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)))
for (const violation of violations) console.error(violation)
if (violations.length > 0) console.error(`${violations.length} violation(s) of the layers`)
process.exitCode = violations.length > 0 ? 1 : 0
