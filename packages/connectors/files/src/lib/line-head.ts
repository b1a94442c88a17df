/** What stands before the row in a line. */
export interface LineHead {
  readonly kind: 'upserted' | 'deleted'
  readonly id: string
  readonly rowVersion: string | undefined
}

/** As `formatChangeLine` of node-streams writes it; names with odd characters are escaped there. */
const pattern =
  /^\{"kind":"(upserted|deleted)","table":"(?:[^"\\]|\\.)*","id":"([^"\\]*)"(?:,"rowVersion":"([^"\\]*)")?[,}]/
const longestHead = 512

/** Reads kind, id and version from the beginning of a line; the row is not looked at. @throws Error when it is no such line */
export function parseLineHead(line: Buffer): LineHead {
  const match = pattern.exec(line.toString('latin1', 0, longestHead))
  if (match === null) return parseWhole(line)
  const [, kind, id = '', rowVersion] = match
  return { kind: kind === 'deleted' ? 'deleted' : 'upserted', id, rowVersion }
}

function parseWhole(line: Buffer): LineHead {
  const { kind, id, rowVersion } = JSON.parse(line.toString('utf8')) as Partial<Record<string, unknown>>
  if ((kind !== 'upserted' && kind !== 'deleted') || typeof id !== 'string') {
    throw new TypeError('it holds no change')
  }
  return { kind, id, rowVersion: typeof rowVersion === 'string' ? rowVersion : undefined }
}
