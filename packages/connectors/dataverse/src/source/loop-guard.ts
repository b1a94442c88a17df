/**
 * Notices when next links lead round in a circle, which would be a read without an end. Remembers one link only, however
 * long the read: a circle comes back to it sooner or later (Brent's cycle detection).
 *
 * @returns whether a link has been followed before; links are told in the order in which they came
 */
export function createLoopGuard(firstLink: string): (link: string) => boolean {
  let remembered = firstLink
  let steps = 0
  let stepsToNext = 1
  return (link) => {
    if (link === remembered) return true
    steps += 1
    if (steps === stepsToNext) {
      remembered = link
      steps = 0
      stepsToNext *= 2
    }
    return false
  }
}
