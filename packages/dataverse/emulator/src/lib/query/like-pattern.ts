import type { TextFunction } from './filter-expression.js'

/**
 * The test that `contains`, `startswith`, `endswith` or `like` means: without regard to case, and with the wildcards of SQL in
 * the sought text (`%`, `_`, `[a-f]`, `[^a-f]`), as Microsoft Learn: "Filter rows" describes.
 */
export function likeTest(name: TextFunction, sought: string): (text: string) => boolean {
  if (!/[%_[]/.test(sought)) return plainTest(name, sought.toLowerCase())
  const before = name === 'startswith' || name === 'like' ? '^' : ''
  const after = name === 'endswith' || name === 'like' ? '$' : ''
  const pattern = toPattern(`${before}(?:${toRegExp(sought)})${after}`)
  return (text) => pattern?.test(text) ?? false
}

// A range that runs backwards, such as `[z-a]`, is no pattern at all and matches nothing, as in SQL Server.
function toPattern(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'isu')
  } catch {
    return undefined
  }
}

function plainTest(name: TextFunction, sought: string): (text: string) => boolean {
  switch (name) {
    case 'contains':
      return (text) => text.toLowerCase().includes(sought)
    case 'startswith':
      return (text) => text.toLowerCase().startsWith(sought)
    case 'endswith':
      return (text) => text.toLowerCase().endsWith(sought)
    case 'like':
      return (text) => text.toLowerCase() === sought
  }
}

function toRegExp(sought: string): string {
  return sought.replaceAll(
    /%|_|\[(\^?)([^\]]+)\]|[\\^$.*+?()[\]{}|/]/g,
    (match, negated: string | undefined, characters: string | undefined) => {
      if (match === '%') return '.*'
      if (match === '_') return '.'
      if (characters === undefined) return `\\${match}`
      return `[${negated ?? ''}${characters.replaceAll(/[\\[\]^]/g, '\\$&')}]`
    },
  )
}
