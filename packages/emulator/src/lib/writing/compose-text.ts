import type { StoredRow } from '../schema/table-definition.js'

/** Fills the `{column}` places of a composition; lines whose columns are all empty are left out. */
export function composeText(composition: string, row: StoredRow): string | null {
  const lines = composition.split('\n').flatMap((line) => {
    let filled = false
    const text = line.replace(/\{([a-z0-9_]+)\}/g, (_, name: string) => {
      const value = row[name] ?? null
      if (value === null || value === '' || typeof value === 'object') return ''
      filled = true
      return String(value)
    })
    return filled ? [text.replace(/\s+/g, ' ').trim()] : []
  })
  return lines.length === 0 ? null : lines.join('\r\n')
}
