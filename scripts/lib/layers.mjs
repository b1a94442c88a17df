/**
 * The layers, from the ground up, as patterns over folders: a new package has its layer by where it lies. What each
 * may import is written here and nowhere else; `decisions/015-layers.md` has the reasons.
 */
const layers = [
  { layer: 'core', folders: /^packages\/core\/[^/]+$/, imports: ['core'] },
  { layer: 'kit', folders: /^packages\/kit\/[^/]+$/, imports: ['core', 'kit'] },
  {
    layer: 'emulator',
    folders: /^packages\/dataverse\/emulator$/,
    imports: [],
    why: 'the emulator shares nothing with the code that is tested against it: one mistake mirrored on both sides passes every test',
    instead:
      'write it again from the service documents, or prove it with a recorded sample or a foreign client',
  },
  { layer: 'dataverse', folders: /^packages\/dataverse\/[^/]+$/, imports: ['core', 'dataverse'] },
  {
    layer: 'dataverse connector',
    folders: /^packages\/connectors\/dataverse$/,
    imports: ['core', 'kit', 'dataverse'],
  },
  {
    layer: 'registry',
    folders: /^packages\/connectors\/registry$/,
    imports: ['core', 'dataverse connector', 'connectors'],
    why: 'the registry names connectors and knows nothing of what is in them',
    instead: 'put it into the manifest of the connector, or into the program that asks the registry',
  },
  {
    layer: 'connectors',
    folders: /^packages\/connectors\/[^/]+$/,
    imports: ['core', 'kit'],
    why: 'a connector knows its own system and no other',
  },
  {
    layer: 'engine',
    folders: /^packages\/engine\/[^/]+$/,
    imports: ['core', 'engine'],
    why: 'the engine joins any source to any sink, so it knows the contracts of core only',
  },
  { layer: 'program', folders: /^apps\/deltaverse$/, imports: 'all but apps' },
  { layer: 'apps', folders: /^(?:apps\/[^/]+|packages\/apps\/[^/]+)$/, imports: 'all but apps' },
  { layer: 'workbench', folders: /^(?:bench|crash)$/, imports: 'all but apps' },
]

/** Packages of functions that touch nothing outside: no dependency at run time, no I/O. */
const pure = /^packages\/(?:dataverse\/protocol|core\/schema)$/

/** How a package gets its layer, for the message about one that has none. */
export const whereAPackageLies =
  'move it below packages/core, packages/kit, packages/dataverse, packages/connectors or packages/engine, or apps'

/** The layer of a workspace folder such as `packages/dataverse/client`; undefined for a folder that lies in none. */
export function layerOf(folder) {
  const found = layers.find(({ folders }) => folders.test(folder))
  return found && { ...found, name: folder.replace(/^packages\//, ''), pure: pure.test(folder) }
}

/**
 * Why `from` must not import `to`, with what to do instead; undefined when it may. Tests may drive anything that
 * is published, as a user's project would, except that those of the emulator stay clear of our own client side.
 */
export function whyForbidden(from, to, { inTest = false } = {}) {
  if (mayImport(from, to)) return undefined
  if (inTest && from.layer !== 'emulator' && !isProgram(to)) return undefined
  return {
    why: from.why ?? `${from.layer} may import ${describeImports(from)}, and ${to.name} is ${to.layer}`,
    instead:
      from.instead ??
      'declare the type in core and let the caller pass the value in, or move the shared part to a layer below',
  }
}

function mayImport(from, to) {
  if (Array.isArray(from.imports)) return from.imports.includes(to.layer)
  return !isProgram(to)
}

function isProgram({ layer }) {
  return layer === 'apps' || layer === 'workbench'
}

function describeImports({ imports }) {
  return Array.isArray(imports) ? imports.join(' and ') || 'nothing of ours' : imports
}
