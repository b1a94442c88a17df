import { createHash } from 'node:crypto'

/** A GUID that is the same for the same values: version 8 of RFC 9562, made of a SHA-256. */
export function guidOf(values: readonly unknown[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(values)).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
