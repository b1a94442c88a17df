/** What the store held of a row; `undefined`: nothing. */
export interface Held {
  readonly id: string
  readonly entry: string | undefined
}

// No id of more than a GUID holds the semicolon that ends it here.
const line = /^([0-9a-f-]{36})(?:(,[^;]*);)?([\w-]{22}[0-9a-z]+)?$/
const guidLength = 36

/** What rows were before a write, as one text: a line for each, the id and the entry if there was one. */
export function encodeUndoBlock(rows: readonly Held[]): string {
  return rows.map(({ id, entry = '' }) => `${id}${id.length === guidLength ? '' : ';'}${entry}\n`).join('')
}

/** @returns `undefined` when this text is no undo block */
export function decodeUndoBlock(text: string): readonly Held[] | undefined {
  const rows: Held[] = []
  const lines = text.split('\n')
  if (lines.pop() !== '') return undefined
  for (const one of lines) {
    const [, guid, rest = '', entry] = line.exec(one) ?? []
    if (guid === undefined) return undefined
    rows.push({ id: guid + rest, entry })
  }
  return rows
}
