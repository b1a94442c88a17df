import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator, type TableDefinition } from '../src/index.js'
import { createTestClock, errorOf, rowsOf, send, type TestClock } from './support/api.js'
import { things } from './support/things.js'

const bare: TableDefinition = { ...things, keys: [] }
let emulator: Emulator
let clock: TestClock

beforeEach(async () => {
  clock = createTestClock()
  emulator = await startEmulator({
    tables: [bare],
    clock: clock.read,
    keyIndexing: 'stepwise',
    keyIndexingStepMs: 60_000,
  })
})
afterEach(() => emulator.close())

const keys = "EntityDefinitions(LogicalName='new_thing')/Keys"
const makeKey = () =>
  send(emulator, 'POST', keys, { body: { SchemaName: 'new_CodeKey', KeyAttributes: ['new_code'] } })
const status = async () => {
  const [key] = rowsOf(await send(emulator, 'GET', `${keys}?$select=EntityKeyIndexStatus`))
  return key?.EntityKeyIndexStatus
}
const create = (code: string) => send(emulator, 'POST', 'new_things', { body: { new_code: code } })
const byKey = () => send(emulator, 'GET', "new_things(new_code='A')")

describe('the index of a new key', () => {
  it('is built as the clock goes on; until then the key neither resolves nor holds', async () => {
    expect((await makeKey()).status).toBe(204)
    expect(await status()).toBe('Pending')
    clock.now += 59_999
    expect(await status()).toBe('Pending')
    clock.now += 1
    expect(await status()).toBe('InProgress')
    await create('A')
    expect((await byKey()).status).toBe(400)
    clock.now += 60_000
    expect((await byKey()).status).toBe(200)
    expect(await status()).toBe('Active')
    const refused = await send(emulator, 'POST', 'new_things', {
      body: { new_code: 'a' },
      headers: { Prefer: 'odata.include-annotations="*"' },
    })
    expect([refused.status, errorOf(refused).code]).toEqual([412, '0x80060892'])
    expect(errorOf(refused)['@Microsoft.PowerApps.CDS.ErrorDetails.DuplicateAttributes']).toBe(
      '<DuplicateAttributes><new_code>a</new_code></DuplicateAttributes>',
    )
    expect(errorOf(await create('A'))).not.toHaveProperty(
      '@Microsoft.PowerApps.CDS.ErrorDetails.DuplicateAttributes',
    )
  })

  it('takes all steps at once when nobody looked for long', async () => {
    await makeKey()
    await status()
    clock.now += 3_600_000
    expect(await status()).toBe('Active')
  })

  it('fails on duplicates, and is built again by ReactivateEntityKey once they are gone', async () => {
    await makeKey()
    await create('A')
    expect((await create('A')).status).toBe(204)
    await status()
    clock.now += 120_000
    expect(await status()).toBe('Failed')
    expect((await byKey()).status).toBe(400)
    expect((await create('A')).status).toBe(204)
    for (const row of emulator.table('new_things').rows().slice(1)) {
      emulator.table('new_things').remove(String(row.new_thingid))
    }
    const again = await send(emulator, 'POST', 'ReactivateEntityKey', {
      body: { EntityLogicalName: 'new_thing', EntityKeyLogicalName: 'new_codekey' },
    })
    expect(again.status).toBe(204)
    expect(await status()).toBe('Pending')
    clock.now += 120_000
    expect(await status()).toBe('Active')
    expect((await byKey()).status).toBe(200)
  })

  it('is not built by the clock unless it is told to', async () => {
    await emulator.close()
    emulator = await startEmulator({ tables: [bare], clock: clock.read, keyIndexing: 'stepwise' })
    await makeKey()
    await status()
    clock.now += 3_600_000
    expect(await status()).toBe('Pending')
    emulator.advanceKeyIndexes()
    emulator.advanceKeyIndexes()
    expect(await status()).toBe('Active')
  })
})
