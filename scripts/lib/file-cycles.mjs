import { posix } from 'node:path'

/**
 * The circles of files inside a package, types included, as lists of paths (the first is the last too). Each strongly
 * connected group is told once, by a shortest way round from its first file.
 *
 * @param imports map from a file to the files that it imports
 */
export function fileCycles(imports) {
  return groups(imports).map((group) => shortestWayRound(group.sort()[0], new Set(group), imports))
}

/** Where a relative import of a `.ts` file leads, as a path relative to the same root. */
export function importedFile(path, specifier) {
  return posix
    .join(posix.dirname(path), specifier)
    .replace(/\.js$/, '.ts')
    .replace(/\.mjs$/, '.mts')
}

/** Tarjan's groups of files that reach each other, those of one file left out. */
function groups(imports) {
  const indexOf = new Map()
  const lowOf = new Map()
  const stack = []
  const found = []
  const visit = (file) => {
    indexOf.set(file, indexOf.size)
    lowOf.set(file, indexOf.get(file))
    stack.push(file)
    for (const next of imports.get(file) ?? []) {
      if (!indexOf.has(next)) visit(next)
      if (stack.includes(next)) lowOf.set(file, Math.min(lowOf.get(file), lowOf.get(next)))
    }
    if (lowOf.get(file) !== indexOf.get(file)) return
    const group = stack.splice(stack.indexOf(file))
    if (group.length > 1 || imports.get(file)?.includes(file)) found.push(group)
  }
  for (const file of imports.keys()) if (!indexOf.has(file)) visit(file)
  return found
}

function shortestWayRound(start, group, imports) {
  const ways = [[start]]
  const seen = new Set()
  for (const way of ways) {
    for (const next of (imports.get(way.at(-1)) ?? []).filter((file) => group.has(file))) {
      if (next === start) return [...way, start]
      if (seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return [start]
}
