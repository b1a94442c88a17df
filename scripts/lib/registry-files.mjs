import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readIfThere, readWorkspace } from './workspace.mjs'

const folder = 'packages/connectors/registry'

/**
 * The files of the registry that follow from the connectors, by path, as they have to be: every folder beside it that has a
 * `src/connector.ts` is a connector.
 */
export function registryFiles(root) {
  const connectors = readWorkspace(root).filter(
    ({ folder: each, directory }) =>
      /^packages\/connectors\/(?!registry$)/.test(each) && existsSync(join(directory, 'src/connector.ts')),
  )
  const names = connectors.map(({ folder: each }) => each.split('/').at(-1))
  const manifest = JSON.parse(readIfThere(join(root, folder, 'package.json')))
  const references = JSON.parse(readIfThere(join(root, folder, 'tsconfig.json')))
  const kept = Object.entries(manifest.dependencies).filter(([name]) =>
    /^@deltaverse\/(core|options)$/.test(name),
  )
  const dependencies = [...kept, ...names.map((name) => [`@deltaverse/${name}`, 'workspace:^'])]
  manifest.dependencies = Object.fromEntries(dependencies.sort(byName))
  references.references = [
    ...names.map((name) => ({ path: `../${name}` })),
    { path: '../../core/core' },
    { path: '../../core/options' },
  ].sort((one, other) => (lastOf(one.path) < lastOf(other.path) ? -1 : 1))
  return {
    [`${folder}/src/lib/loaders.ts`]: loadersText(names),
    [`${folder}/package.json`]: `${JSON.stringify(manifest, null, 2)}\n`,
    [`${folder}/tsconfig.json`]: formatReferences(references),
  }
}

function loadersText(names) {
  const lines = names.map(
    (name) => `  ${keyOf(name)}: async () => (await import('@deltaverse/${name}/connector')).connector,`,
  )
  return `// Written by scripts/generate-registry.mjs from the connectors beside this package.
import type { Connector } from '@deltaverse/core'

/** How each connector is loaded, by its name. */
export const loaders: Readonly<Record<string, () => Promise<Connector>>> = {
${lines.join('\n')}
}
`
}

function keyOf(name) {
  return /^[a-z]+$/.test(name) ? name : `'${name}'`
}

/** As the formatter leaves it: short lists in one line. */
function formatReferences(value) {
  return `${JSON.stringify(value, null, 2).replace(/\[\s*"([^"]*)"\s*\]/g, '["$1"]')}\n`
}

function lastOf(path) {
  return path.split('/').at(-1)
}

function byName([one], [other]) {
  return one < other ? -1 : 1
}
