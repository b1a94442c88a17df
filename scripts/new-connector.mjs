/**
 * Makes a connector: a folder beside the others with every file that one has. It passes lint, layers and types, and fails its
 * contract tests until it is written.
 * `pnpm new connector NAME`
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectorFiles } from './lib/connector-files.mjs'
import { registryFiles } from './lib/registry-files.mjs'

const [what, name = '', root = fileURLToPath(new URL('..', import.meta.url))] = process.argv.slice(2)
if (what !== 'connector') {
  console.error('usage: pnpm new connector NAME')
  process.exit(2)
}
try {
  write(connectorFiles(root, name))
} catch (error) {
  console.error(error.message)
  process.exit(2)
}
write(registryFiles(root))
const formatted = spawnSync(
  join(root, 'node_modules/.bin/biome'),
  ['check', '--write', `packages/connectors/${name}`, 'packages/connectors/registry', 'tsconfig.json'],
  { cwd: root, encoding: 'utf8' },
)
if (formatted.status !== 0) console.error(formatted.stderr)
process.exitCode = formatted.status ?? 1
console.log(`packages/connectors/${name} is made. Next:
  pnpm install && pnpm run build
  pnpm vitest packages/connectors/${name}    until it passes
  sink.testing in its src/connector.ts       say how to look at what it keeps
  node scripts/write-option-tables.mjs && node scripts/write-job-schema.mjs && node scripts/draw-layers.mjs && pnpm changeset`)

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
