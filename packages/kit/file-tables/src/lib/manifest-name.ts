import { fenceSuffix } from './fence.js'

/** What the manifest of a table's files is called; with a fence, the copy that its holder alone writes. */
export function manifestName(name: string, fence = 0): string {
  return `${name}.manifest${fenceSuffix('.', fence)}.json`
}
