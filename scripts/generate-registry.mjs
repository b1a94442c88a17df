/**
 * Writes what of the registry follows from the connectors that there are. With `--check` it writes nothing, and exits 1 when
 * that is not as it has to be.
 * `node scripts/generate-registry.mjs [--check] [root]`
 */
import { fileURLToPath } from 'node:url'
import { writeOrCheck } from './lib/generated-files.mjs'
import { registryFiles } from './lib/registry-files.mjs'

writeOrCheck(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)), registryFiles, {
  script: 'node scripts/generate-registry.mjs',
  afterwards: 'then pnpm install, and commit both',
})
