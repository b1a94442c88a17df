/** What the manifest of a table's files is called. */
export function manifestName(name: string): string {
  return `${name}.manifest.json`
}
