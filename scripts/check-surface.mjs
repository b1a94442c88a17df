/**
 * Compares what every published package exports with `etc/surface/<package>.txt`, so that a name is made public,
 * changed or withdrawn on purpose and is seen in review. Reads the built declarations.
 * `node scripts/check-surface.mjs [--update] [root]`
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { publicSurface } from './lib/public-surface.mjs'
import { filesBelow, publishable, readIfThere, readWorkspace } from './lib/workspace.mjs'

const { values, positionals } = parseArgs({
  options: { update: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const root = resolve(positionals[0] ?? fileURLToPath(new URL('..', import.meta.url)))
const snapshots = join(root, 'etc/surface')
const howToUpdate = 'If this is meant: pnpm run build && pnpm run surface --update, and commit etc/surface.'

const packages = publishable(readWorkspace(root))
const problems = packages.flatMap(checkPackage)
const known = packages.map(({ folder }) => fileOf(folder))
for (const stray of filesBelow(snapshots, ['.txt']).filter((file) => !known.includes(file))) {
  if (values.update) rmSync(join(snapshots, stray))
  else problems.push(`etc/surface/${stray}: no published package goes with it any more`)
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) console.error(howToUpdate)
process.exitCode = problems.length > 0 ? 1 : 0

function fileOf(folder) {
  return `${folder.split('/').at(-1)}.txt`
}

function checkPackage(entry) {
  const file = join(snapshots, fileOf(entry.folder))
  const { blocks, missing } = surfaceOf(entry)
  if (missing.length > 0) {
    return missing.map((path) => `${entry.folder}/${path} is not there: pnpm run build first`)
  }
  if (values.update) {
    mkdirSync(snapshots, { recursive: true })
    writeFileSync(file, formatSnapshot(blocks))
    return []
  }
  const before = parseSnapshot(readIfThere(file) ?? '')
  const changes = [...new Set([...before.keys(), ...blocks.keys()])]
    .sort()
    .flatMap((name) => describeChange(name, before.get(name), blocks.get(name)))
  return changes.length === 0 ? [] : [[`etc/surface/${fileOf(entry.folder)}:`, ...changes].join('\n')]
}

/** Map from `<import specifier> <name>` to the declaration's text, for every entry in `exports`. */
function surfaceOf({ directory, manifest }) {
  const blocks = new Map()
  const missing = []
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    if (target?.types === undefined) continue
    const file = join(directory, target.types)
    if (!existsSync(file)) {
      missing.push(target.types.replace('./', ''))
      continue
    }
    for (const { name, text } of publicSurface(file)) {
      blocks.set(`${manifest.name}${subpath.slice(1)} ${name}`, text)
    }
  }
  return { blocks, missing }
}

function formatSnapshot(blocks) {
  return [...blocks].map(([name, text]) => `## ${name}\n${text}\n`).join('\n')
}

function parseSnapshot(text) {
  return new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((block) => {
        const end = block.indexOf('\n')
        return [block.slice(0, end), block.slice(end + 1).trimEnd()]
      }),
  )
}

function describeChange(name, before, after) {
  if (before === after) return []
  const lines = (text) => text?.split('\n') ?? []
  const what = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  return [
    `  ${what}: ${name}`,
    ...lines(before)
      .filter((line) => !lines(after).includes(line))
      .map((line) => `    - ${line}`),
    ...lines(after)
      .filter((line) => !lines(before).includes(line))
      .map((line) => `    + ${line}`),
  ]
}
