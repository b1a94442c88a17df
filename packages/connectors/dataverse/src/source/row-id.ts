import { encodeUrlText, formatODataLiteral, isGuidText } from '@deltaverse/protocol'

/**
 * A row as sinks, fingerprints and checkpoints know it. In an elastic table the primary key does not tell rows apart, so the
 * partition stands behind it, as it stands in URLs, where a row has one: `0f1e…,north%20sea`.
 */
export function formatRowId(key: string, partition: string | null): string {
  return partition === null ? key : `${key},${encodeURIComponent(partition)}`
}

/** @returns `undefined` for what is no id of a row */
export function parseRowId(
  id: string,
): { readonly key: string; readonly partition: string | null } | undefined {
  const comma = id.indexOf(',')
  const key = comma === -1 ? id : id.slice(0, comma)
  if (!isGuidText(key)) return undefined
  try {
    return { key, partition: comma === -1 ? null : decodeURIComponent(id.slice(comma + 1)) }
  } catch {
    return undefined
  }
}

/** The condition that finds a row by its id, for a filter in a URL. @throws TypeError for what is no id of a row */
export function conditionOf(
  id: string,
  { primaryKey, partitionKey }: { readonly primaryKey: string; readonly partitionKey: string | undefined },
): string {
  const parsed = parseRowId(id)
  if (parsed === undefined || (partitionKey === undefined && parsed.partition !== null)) {
    throw new TypeError(
      `a row is read by its primary key, a GUID, and in an elastic table its partition behind a comma, not ${JSON.stringify(id)}`,
    )
  }
  const { key, partition } = parsed
  if (partitionKey === undefined) return `${primaryKey}%20eq%20${key}`
  const literal = partition === null ? 'null' : formatODataLiteral({ kind: 'text', text: partition })
  return `(${primaryKey}%20eq%20${key}%20and%20${partitionKey}%20eq%20${encodeUrlText(literal)})`
}
