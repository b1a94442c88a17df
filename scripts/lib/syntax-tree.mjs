// vitest carries a parser that knows TypeScript; the compiler itself has no JavaScript API any more.
import { parseAst } from 'vitest/node'

/** The ESTree (with TypeScript nodes) of one source or declaration file. Throws with the file's name. */
export function parseFile(file, text) {
  const lang = /\.d\.[cm]?ts$/.test(file) ? 'dts' : file.endsWith('x') ? 'tsx' : 'ts'
  try {
    return parseAst(text, { lang, sourceType: 'module' })
  } catch (error) {
    throw new Error(`${file}: cannot be parsed: ${error.message}`, { cause: error })
  }
}

/** Calls `visit` for every node below and including `node`. */
export function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visit)
    return
  }
  if (node === null || typeof node !== 'object') return
  if (typeof node.type === 'string') visit(node)
  for (const key of Object.keys(node)) walk(node[key], visit)
}

/** Line numbers (from 1) for character offsets of `text`. */
export function lineCounter(text) {
  return (offset) => text.slice(0, offset).split('\n').length
}
