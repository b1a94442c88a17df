import type { ChangeEvent } from '@deltaverse/contract'
import { describe, expect, it } from 'vitest'
import { toNdjson } from './to-ndjson.js'

const id = '00000000-0000-0000-0000-000000000001'

function upserted(json: string, rowVersion: string | undefined = '123'): ChangeEvent {
  return { kind: 'upserted', entitySet: 'products', id, rowVersion, bytes: Buffer.from(json), row: {} }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('toNdjson()', () => {
  it('writes an upserted change with the bytes of the service', async () => {
    const [line] = await collect(toNdjson()([upserted('{"price":1.50,"a":"é"}')]))
    expect(line?.toString()).toBe(
      `{"kind":"upserted","table":"products","id":"${id}","rowVersion":"123","row":{"price":1.50,"a":"é"}}\n`,
    )
  })
})
