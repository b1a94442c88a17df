const maxSuggestions = 3

/** `Did you mean 'a' or 'b'?`, the names most like the one given; empty when none is. */
export function nearestNames(name: string, known: Iterable<string>): string {
  const reach = Math.max(2, Math.floor(name.length / 3))
  const near = [...known]
    .map((each) => ({
      each,
      distance: each.includes(name) && name.length > 3 ? 1 : editDistance(name, each, reach),
    }))
    .filter(({ distance }) => distance <= reach)
    .sort((a, b) => a.distance - b.distance || (a.each < b.each ? -1 : 1))
    .slice(0, maxSuggestions)
    .map(({ each }) => `'${each}'`)
  const last = near.pop()
  if (last === undefined) return ''
  return `Did you mean ${near.length === 0 ? last : `${near.join(', ')} or ${last}`}?`
}

/** Levenshtein distance, or anything above `limit` once it is certain to be above. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, character] of Array.from(a).entries()) {
    let left = row + 1
    const current = [left]
    for (const [column, above] of previous.slice(1).entries()) {
      const diagonal = previous[column] ?? limit
      left = Math.min(above + 1, left + 1, diagonal + (character === b[column] ? 0 : 1))
      current.push(left)
    }
    previous = current
  }
  return previous.at(-1) ?? limit + 1
}
