import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { missingParts } from './connector-anatomy.mjs'
import { fileCycles, importedFile } from './file-cycles.mjs'
import { layerOf, whereAPackageLies, whyForbidden } from './layers.mjs'
import { moduleReferences } from './module-references.mjs'
import { secondHomes } from './second-homes.mjs'
import { filesBelow, readIfThere, readWorkspace } from './workspace.mjs'

/** Modules of Node that reach outside the process; packages of pure functions need none of them. */
const reachesOutside =
  /^(?:node:)?(?:child_process|cluster|dgram|dns|fs|http|http2|https|inspector|net|readline|repl|tls|worker_threads)(?:\/|$)/

/** Every import, manifest entry and cycle under `root` that breaks the order of the layers, a line of text each. */
export function layerViolations(root) {
  const workspace = readWorkspace(root).map((entry) => ({ ...entry, layer: layerOf(entry.folder) }))
  const manifest = JSON.parse(readIfThere(join(root, 'package.json')) ?? '{}')
  const house = {
    workspace,
    byName: new Map(workspace.map((entry) => [entry.manifest.name, entry])),
    rootDevDependencies: Object.keys(manifest.devDependencies ?? {}),
  }
  return [...workspace.flatMap((entry) => checkPackage(entry, house)), ...cycles(house)].map(
    ({ file, line, what, why, instead }) => `${file}:${line}: ${what}: ${why}. Instead: ${instead}.`,
  )
}

function checkPackage(entry, house) {
  if (entry.layer === undefined) {
    return [
      {
        file: `${entry.folder}/package.json`,
        line: 1,
        what: `${entry.manifest.name} lies in no layer`,
        why: 'the folder of a package says its layer',
        instead: whereAPackageLies,
      },
    ]
  }
  return [
    ...checkName(entry),
    ...checkAnatomy(entry),
    ...checkManifest(entry, house),
    ...checkFiles(entry, house),
    ...checkFileCycles(entry),
    ...checkHomes(entry),
  ]
}

function checkHomes(entry) {
  return secondHomes(entry).map(({ path, name, line }) => ({
    file: `${entry.folder}/${path}`,
    line,
    what: `passes on ${name}`,
    why: 'a name has one home, the file that declares it, and whoever imports it elsewhere needs two files to be right',
    instead:
      'let those who need it import it from there; names for other packages are gathered in an entry point',
  }))
}

function checkAnatomy(entry) {
  return missingParts(entry).map((part) => ({
    file: `${entry.folder}/package.json`,
    line: 1,
    what: `the connector lacks ${part}`,
    why: 'all connectors have the same files, so that whoever knows one finds the way in each',
    instead: 'see what pnpm new connector NAME makes',
  }))
}

function checkName({ folder, manifest, manifestText }) {
  const expected = `@deltaverse/${folder.split('/').at(-1)}`
  if (!folder.startsWith('packages/') || manifest.name === expected) return []
  return [
    {
      file: `${folder}/package.json`,
      line: lineOf(manifestText, '"name"'),
      what: `the package is called ${manifest.name}`,
      why: 'a package is found by the name of its folder',
      instead: `call it ${expected}, or rename the folder`,
    },
  ]
}

function checkManifest(entry, { byName }) {
  const { folder, manifest, manifestText, layer } = entry
  const at = (name) => ({ file: `${folder}/package.json`, line: lineOf(manifestText, `"${name}":`) })
  const found = []
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']) {
    for (const [name, range] of Object.entries(manifest[field] ?? {})) {
      const target = byName.get(name)
      const what = `${field} names ${name}`
      if (target === undefined) {
        if (name.startsWith('@deltaverse/')) {
          found.push({ ...at(name), what, why: 'no package here has that name', instead: 'remove it' })
        } else if (layer.pure && field !== 'devDependencies') {
          const why = `${layer.name} has no runtime dependencies`
          found.push({ ...at(name), what, why, instead: 'write the few lines, or move the code up a layer' })
        }
        continue
      }
      if (!String(range).startsWith('workspace:')) {
        found.push({
          ...at(name),
          what: `${what} as "${range}"`,
          why: 'the registry copy would be used in place of the one beside it',
          instead: 'write "workspace:*"',
        })
      }
      const forbidden =
        target.layer && whyForbidden(layer, target.layer, { inTest: field === 'devDependencies' })
      if (forbidden) found.push({ ...at(name), what, ...forbidden })
    }
  }
  return found
}

function checkFiles(entry, house) {
  return ['src', 'test'].flatMap((part) =>
    filesBelow(join(entry.directory, part), ['.ts', '.mts', '.cts', '.tsx']).flatMap((name) => {
      const path = `${part}/${name}`
      const inTest = part === 'test' || /\.test\.[cm]?tsx?$/.test(name)
      const text = readFileSync(join(entry.directory, path), 'utf8')
      return moduleReferences(`${entry.folder}/${path}`, text).flatMap(({ specifier, line }) => {
        const broken = checkReference(entry, path, specifier, inTest, house)
        return broken ? [{ file: `${entry.folder}/${path}`, line, ...broken }] : []
      })
    }),
  )
}

function checkReference(entry, path, specifier, inTest, house) {
  if (specifier === undefined) {
    if (inTest) return undefined
    return {
      what: 'imports a computed name',
      why: 'nobody can check where it leads',
      instead: 'name the module in a string literal',
    }
  }
  if (specifier.startsWith('.')) return checkRelative(entry, path, specifier, inTest)
  if (specifier.startsWith('/') || specifier.startsWith('file:')) {
    return {
      what: `imports '${specifier}'`,
      why: 'an absolute path exists on one machine only',
      instead: 'import by package name, or relatively inside the package',
    }
  }
  if (specifier.startsWith('node:')) return checkPurity(entry, specifier, inTest)
  return checkBare(entry, specifier, inTest, house)
}

function checkRelative(entry, path, specifier, inTest) {
  const target = posix.join(posix.dirname(path), specifier)
  const what = `imports '${specifier}'`
  if (target === '..' || target.startsWith('../')) {
    return {
      what,
      why: `it leaves ${entry.folder}, and the published package does not contain what lies outside`,
      instead: 'import the other package by its name and declare it in package.json',
    }
  }
  if (!inTest && (/\.test\.[cm]?js$/.test(target) || /^test\//.test(target))) {
    return { what, why: 'tests are not published', instead: 'move the code that both need into src' }
  }
  return undefined
}

function checkPurity(entry, specifier, inTest) {
  if (inTest || !entry.layer.pure || !reachesOutside.test(specifier)) return undefined
  return {
    what: `imports '${specifier}'`,
    why: `${entry.layer.name} is pure functions without I/O`,
    instead: 'do the I/O in a layer above and pass plain data in',
  }
}

function checkBare(entry, specifier, inTest, { byName, rootDevDependencies }) {
  const what = `imports '${specifier}'`
  const name = specifier.match(/^(?:@[^/]+\/)?[^/]+/)?.[0] ?? specifier
  if (name === entry.manifest.name) {
    if (inTest) return checkSubpath(entry, specifier, what)
    return { what, why: 'it is the package itself', instead: 'import the file relatively' }
  }
  const target = byName.get(name)
  const forbidden = target?.layer && whyForbidden(entry.layer, target.layer, { inTest })
  if (forbidden) return { what, ...forbidden }
  return (
    checkDeclared(entry, name, what, inTest && rootDevDependencies) ??
    (target && checkSubpath(target, specifier, what))
  )
}

/** `testTools` are the root's devDependencies, which tests may import as well; false for published sources. */
function checkDeclared({ folder, manifest }, name, what, testTools) {
  const declared = ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((field) =>
    Object.keys(manifest[field] ?? {}),
  )
  if (testTools) declared.push(...Object.keys(manifest.devDependencies ?? {}), ...testTools)
  if (declared.includes(name)) return undefined
  const dev = manifest.devDependencies?.[name] !== undefined
  return {
    what,
    why: dev
      ? `${name} is only a devDependency, so whoever installs the package does not get it`
      : `${name} is not declared in ${folder}/package.json`,
    instead: dev ? 'move it to dependencies' : `add it to ${testTools ? 'devDependencies' : 'dependencies'}`,
  }
}

function checkSubpath({ manifest }, specifier, what) {
  const subpath = `.${specifier.slice(manifest.name.length)}`
  const offered = Object.keys(manifest.exports ?? {})
  if (offered.includes(subpath)) return undefined
  return {
    what,
    why: `${manifest.name} does not export "${subpath}"`,
    instead: `use what it offers (${offered.map((key) => `"${key}"`).join(', ') || 'nothing'}), or make the name public there on purpose`,
  }
}

/** Files inside a package that need each other, types included: nobody can read the one without the other. */
function checkFileCycles({ directory, folder }) {
  const imports = new Map()
  const lines = new Map()
  for (const name of filesBelow(join(directory, 'src'), ['.ts'])) {
    const path = `src/${name}`
    const relative = moduleReferences(path, readFileSync(join(directory, path), 'utf8')).filter(
      ({ specifier }) => specifier?.startsWith('.'),
    )
    imports.set(
      path,
      relative.map(({ specifier }) => importedFile(path, specifier)),
    )
    for (const { specifier, line } of relative) lines.set(`${path} ${importedFile(path, specifier)}`, line)
  }
  return fileCycles(imports).map((cycle) => ({
    file: `${folder}/${cycle[0]}`,
    line: lines.get(`${cycle[0]} ${cycle[1]}`),
    what: `the files ${cycle.join(' → ')} need each other`,
    why: 'none of them can be read, tested or moved without the others',
    instead: 'move what they share, often a type or a predicate, to a file of its own that imports neither',
  }))
}

/** Packages that need each other, devDependencies included: then neither can be built first. */
function cycles({ workspace, byName }) {
  const needs = new Map(
    workspace.map(({ manifest }) => [
      manifest.name,
      Object.keys({ ...manifest.devDependencies, ...manifest.dependencies }).filter((name) =>
        byName.has(name),
      ),
    ]),
  )
  const done = new Set()
  const found = []
  const visit = (name, path) => {
    const from = path.indexOf(name)
    if (from >= 0) found.push([...path.slice(from), name])
    if (from >= 0 || done.has(name)) return
    for (const next of needs.get(name)) visit(next, [...path, name])
    done.add(name)
  }
  for (const name of needs.keys()) visit(name, [])
  return found.map((cycle) => {
    const { folder, manifestText } = byName.get(cycle[0])
    return {
      file: `${folder}/package.json`,
      line: lineOf(manifestText, `"${cycle[1]}":`),
      what: `the packages ${cycle.join(' → ')} need each other`,
      why: 'neither can be built before the other',
      instead: 'move the shared part to a layer below',
    }
  })
}

function lineOf(text, part) {
  return text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length
}
