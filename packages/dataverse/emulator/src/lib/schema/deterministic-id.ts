import { createHash } from 'node:crypto'

/** A GUID that is always the same for the same text, in the shape of a version 5 UUID. */
export function deterministicId(text: string): string {
  const hex = createHash('sha1').update(`dataverse-emulator:${text}`).digest('hex')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
