import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseFile } from './syntax-tree.mjs'

/**
 * The public names of a declaration file, sorted: `{ name, text }`, where text is the declaration without its
 * comments (`class X …`, `function x(…): …`, `type X = …`), or says where a foreign name comes from.
 */
export function publicSurface(file) {
  const surface = [...exportsOf(file, new Set())].map(([name, { declarations, typeOnly }]) => ({
    name,
    text: [...(typeOnly ? ['// type only'] : []), ...declarations].join('\n'),
  }))
  return surface.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Map from exported name to `{ declarations, typeOnly }`. */
function exportsOf(file, onTheWay) {
  const module = readModule(file)
  const names = new Map()
  if (onTheWay.has(file)) return names
  onTheWay.add(file)
  for (const node of module.body) {
    if (node.type === 'ExportAllDeclaration') addAll(node, file, names, onTheWay)
    else if (node.type === 'ExportDefaultDeclaration')
      names.set('default', { declarations: [module.textOf(node)] })
    else if (node.type === 'ExportNamedDeclaration') addNamed(node, file, module, names)
  }
  onTheWay.delete(file)
  return names
}

function addAll(node, file, names, onTheWay) {
  const source = node.source.value
  if (node.exported) {
    names.set(nameOf(node.exported), { declarations: [`namespace of '${source}'`] })
  } else if (!source.startsWith('.')) {
    names.set(`* from ${source}`, { declarations: [`everything of '${source}'`] })
  } else {
    for (const [name, found] of exportsOf(beside(file, source), onTheWay)) {
      if (name !== 'default' && !names.has(name)) names.set(name, found)
    }
  }
}

function addNamed(node, file, module, names) {
  if (node.declaration) {
    for (const name of declaredNames(node.declaration)) names.set(name, resolveLocal(file, module, name))
  }
  for (const { local, exported, exportKind } of node.specifiers) {
    const found = node.source
      ? resolveFrom(file, node.source.value, nameOf(local))
      : resolveLocal(file, module, nameOf(local))
    // `export type { C }` of a class gives away its shape and not its constructor.
    const typeOnly = (node.exportKind === 'type' || exportKind === 'type') && isValue(found)
    names.set(nameOf(exported), typeOnly ? { ...found, typeOnly } : found)
  }
}

function resolveFrom(file, source, name) {
  if (!source.startsWith('.')) return { declarations: [`'${name}' of '${source}'`] }
  const target = beside(file, source)
  const found = exportsOf(target, new Set()).get(name)
  if (found === undefined) throw new Error(`${target} exports no "${name}", which ${file} passes on`)
  return found
}

function resolveLocal(file, module, name) {
  const declarations = module.body.flatMap((node) => {
    const declaration = node.type === 'ExportNamedDeclaration' ? node.declaration : node
    return declaration && declaredNames(declaration).includes(name) ? [module.textOf(declaration)] : []
  })
  if (declarations.length > 0) return { declarations }
  for (const node of module.body) {
    if (node.type !== 'ImportDeclaration') continue
    const specifier = node.specifiers.find(({ local }) => local.name === name)
    if (specifier?.type === 'ImportSpecifier') {
      return resolveFrom(file, node.source.value, nameOf(specifier.imported))
    }
    if (specifier) return { declarations: [`'${name}' of '${node.source.value}'`] }
  }
  throw new Error(`${file}: "${name}" is exported but declared nowhere`)
}

function declaredNames(node) {
  if (node.type === 'VariableDeclaration') return node.declarations.map(({ id }) => id.name)
  return node.id?.name ? [node.id.name] : []
}

const isValue = ({ declarations }) => declarations.some((text) => !/^(?:type|interface)\b/.test(text))
const nameOf = (node) => node.name ?? node.value
const beside = (file, source) => join(dirname(file), source.replace(/\.([cm]?)js$/, '.d.$1ts'))

function readModule(file) {
  const text = readFileSync(file, 'utf8')
  const { body } = parseFile(file, text)
  const textOf = (node) =>
    withoutComments(text.slice(node.start, node.end))
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .join('\n')
      .replace(/^(?:export )?(?:default )?(?:declare )?/, '')
  return { body, textOf }
}

function withoutComments(text) {
  const stringOrComment = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  return text.replace(stringOrComment, (found) => (found.startsWith('/') ? '' : found))
}
