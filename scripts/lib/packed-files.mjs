import { join } from 'node:path'
import { filesBelow, readIfThere } from './workspace.mjs'

/** What is wrong with an unpacked tarball: its files, its manifest, its README. One sentence each. */
export function checkTarball(directory, { name }) {
  const files = filesBelow(directory, [''])
  const manifestText = readIfThere(join(directory, 'package.json')) ?? '{}'
  return [
    ...checkFiles(files),
    ...checkManifest(JSON.parse(manifestText), files),
    ...checkReadme(readIfThere(join(directory, 'README.md')), name),
  ]
}

function checkFiles(files) {
  const expected =
    /^(?:dist|src)\/|^docs\/[^/]+\.md$|^[\w-]+\.schema\.json$|^(?:README\.md|CHANGELOG\.md|LICENSE|package\.json)$/
  const unwanted = /\.test\.|\.tsbuildinfo$|(?:^|\/)(?:test|fixtures|node_modules)\//
  const sources = new Set(
    files.filter((file) => file.startsWith('src/')).map((file) => file.slice(4).replace(/\.ts$/, '')),
  )
  const stale = files
    .filter((file) => file.startsWith('dist/') && file.endsWith('.js'))
    .filter((file) => !sources.has(file.slice(5).replace(/\.js$/, '')))
  return [
    ...['README.md', 'LICENSE', 'package.json']
      .filter((file) => !files.includes(file))
      .map((file) => `the tarball has no ${file}`),
    ...['dist/', 'src/']
      .filter((folder) => !files.some((file) => file.startsWith(folder)))
      .map((folder) => `the tarball has no ${folder}: build first, and name it in "files"`),
    ...files
      .filter((file) => unwanted.test(file) || !expected.test(file))
      .map((file) => `the tarball carries ${file}: leave it out through "files"`),
    ...stale.map(
      (file) =>
        `the tarball carries ${file} without its source: delete dist and *.tsbuildinfo, then pnpm exec turbo run build --force`,
    ),
  ]
}

function checkManifest(manifest, files) {
  const ranges = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'].flatMap(
    (field) => Object.entries(manifest[field] ?? {}),
  )
  const missing = Object.values(manifest.bin ?? {}).filter((file) => !files.includes(file.replace('./', '')))
  return [
    ...ranges
      .filter(([, range]) => /^(?:workspace|catalog|link|file):/.test(range))
      .map(
        ([name, range]) => `package.json still says "${range}" for ${name}, which no registry understands`,
      ),
    ...missing.map((file) => `"bin" names ${file}, which is not in the tarball`),
    ...(manifest.engines?.node === undefined ? ['package.json names no "engines.node"'] : []),
    ...(manifest.license === undefined ? ['package.json names no "license"'] : []),
  ]
}

function checkReadme(text, name) {
  if (text === undefined || text.slice(0, 400).includes(name)) return []
  return [`README.md does not begin with the package's name, ${name}`]
}
