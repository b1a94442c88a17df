import { lineCounter, parseFile, walk } from './syntax-tree.mjs'

/**
 * Every place where a file names another module: import and export declarations (types included), import(),
 * import types, require(), import.meta.resolve(), module augmentations, `/// <reference types>`.
 * Returns `{ specifier, line }` in the order of the file. `specifier` is undefined for an import() of a
 * computed name, which nobody can check.
 */
export function moduleReferences(file, text) {
  const lineOf = lineCounter(text)
  const found = []
  walk(parseFile(file, text), (node) => {
    for (const source of sourcesOf(node)) found.push({ specifier: literal(source), offset: source.start })
  })
  for (const match of text.matchAll(/^\/\/\/\s*<reference\s+(?:types|path)=["']([^"']+)["']/gm)) {
    found.push({ specifier: match[1], offset: match.index })
  }
  return found
    .sort((a, b) => a.offset - b.offset)
    .map(({ specifier, offset }) => ({ specifier, line: lineOf(offset) }))
}

function sourcesOf(node) {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source ? [node.source] : []
    case 'TSExternalModuleReference':
      return [node.expression]
    case 'TSModuleDeclaration':
      return node.id.type === 'Literal' ? [node.id] : []
    case 'CallExpression':
      return loads(node.callee) && node.arguments.length > 0 ? [node.arguments[0]] : []
    default:
      return []
  }
}

function loads(callee) {
  if (callee.type === 'Identifier') return callee.name === 'require'
  return (
    callee.type === 'MemberExpression' &&
    callee.property.name === 'resolve' &&
    (callee.object.type === 'MetaProperty' || callee.object.name === 'require')
  )
}

function literal(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked
  return undefined
}
