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
  if (near.length === 0) return ''
  const last = near.pop()!
  return `Did you mean ${near.length === 0 ? last : `${near.join(', ')} or ${last}`}?`
}

/** Levenshtein distance, or anything above `limit` once it is certain to be above. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + cost))
    }
    previous = current
  }
  return previous[b.length]!
}
