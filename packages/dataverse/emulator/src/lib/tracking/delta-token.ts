/** What a delta token says: changes after `version`; it was made at `at` (milliseconds, whole seconds). */
export interface DeltaToken {
  readonly version: number
  readonly at: number
}

/** Writes a token as `<version>!<MM/dd/yyyy HH:mm:ss>` in UTC. */
export function formatDeltaToken({ version, at }: DeltaToken): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${date.getUTCFullYear()}`
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${version}!${day} ${time}`
}

const layout = /^(\d{1,15})!(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d)$/

/** Reads a decoded token; `undefined` when it is none. */
export function parseDeltaToken(text: string): DeltaToken | undefined {
  const match = layout.exec(text)
  if (match === null) return undefined
  const [version, month, day, year, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(at)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { version, at } : undefined
}

/** Percent-encodes text as the service does in links: with digits of either case. */
export function encodeForLink(text: string, hex: 'lower' | 'upper'): string {
  const encoded = encodeURIComponent(text).replaceAll('!', '%21')
  return hex === 'upper' ? encoded : encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
}
