import { createHash } from 'node:crypto'

/** The two numbers of an advisory lock, made of what it is for. */
export function lockKey(purpose: string, schema: string, name: string): readonly [number, number] {
  const hash = createHash('sha256')
    .update(JSON.stringify(['deltaverse', purpose, schema, name]))
    .digest()
  return [hash.readInt32BE(0), hash.readInt32BE(4)]
}
