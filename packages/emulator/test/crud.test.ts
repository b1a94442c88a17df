import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { things } from './support/things.js'

describe('one row', () => {
  let emulator: Emulator
  beforeEach(async () => {
    emulator = await startEmulator({ tables: [things], clock: () => Date.UTC(2026, 2, 15, 9, 41, 7) })
  })
  afterEach(() => emulator.close())

  it('is created with 204 and its address', async () => {
    const response = await fetch(`${emulator.serviceRoot}/new_things`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ new_name: 'A' }),
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('odata-version')).toBe('4.0')
    const address = response.headers.get('odata-entityid')!
    expect(address).toMatch(/\/api\/data\/v9\.2\/new_things\([0-9a-f-]{36}\)$/)
    const read = await fetch(address)
    expect(await read.json()).toMatchObject({
      new_name: 'A',
      createdon: '2026-03-15T09:41:07Z',
      statecode: 0,
    })
  })
})
