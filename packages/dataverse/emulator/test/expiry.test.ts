import { afterEach, describe, expect, it } from 'vitest'
import { type ChangeTrackingOptions, type Emulator, startEmulator } from '../src/index.js'
import { createTestClock, dayMs, errorOf, guid, rowsOf, send, type TestClock } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
let clock: TestClock
afterEach(() => emulator.close())

/** Starts with one row and returns the delta link of a first read. */
async function linkAfterFirstRead(changeTracking: ChangeTrackingOptions = {}): Promise<string> {
  clock = createTestClock()
  emulator = await startEmulator({ tables: [things], clock: clock.read, changeTracking })
  emulator.table('new_things').create({ new_thingid: guid(1) })
  return readLink()
}

async function readLink(): Promise<string> {
  const first = await send(emulator, 'GET', 'new_things', { headers: { Prefer: 'odata.track-changes' } })
  return String(first.json['@odata.deltaLink'])
}

const outcome = async (link: string) => {
  const answer = await send(emulator, 'GET', link)
  return answer.status === 200 ? rowsOf(answer).length : `${answer.status} ${errorOf(answer).code}`
}

describe('a delta token', () => {
  it('lives for seven days and then leads to 0x80044352', async () => {
    const link = await linkAfterFirstRead()
    clock.now += 7 * dayMs
    expect(await outcome(link)).toBe(0)
    clock.now += 1000
    expect(await outcome(link)).toBe('400 0x80044352')
  })

  it('leads to every row again where the edition does so, in pages too', async () => {
    const link = await linkAfterFirstRead({ expiry: 'full-result', tokenLifetimeDays: 90 })
    for (const number of [2, 3]) emulator.table('new_things').create({ new_thingid: guid(number) })
    clock.now += 90 * dayMs
    expect(await outcome(link)).toBe(2)
    clock.now += 1000
    expect(await outcome(link)).toBe(3)
    const page = await send(emulator, 'GET', link, { headers: { Prefer: 'odata.maxpagesize=2' } })
    expect(rowsOf(page)).toHaveLength(2)
    expect(await outcome(String(page.json['@odata.nextLink']))).toBe(1)
  })

  it('follows the setting of the organization', async () => {
    const link = await linkAfterFirstRead()
    const [organization] = emulator.table('organizations').rows()
    expect(organization?.expirechangetrackingindays).toBe(7)
    const id = String(organization?.organizationid)
    await send(emulator, 'PATCH', `organizations(${id})`, { body: { expirechangetrackingindays: 30 } })
    clock.now += 29 * dayMs
    expect(await outcome(link)).toBe(0)
  })

  it('ends on command, while later ones hold', async () => {
    const link = await linkAfterFirstRead()
    emulator.deltaTokens.expireAll()
    expect(await outcome(link)).toBe('400 0x80044352')
    expect(await outcome(await readLink())).toBe(0)
  })

  it.each([
    [true, '400 0x80044352'],
    [false, 0],
  ] as const)(
    'ends with a change of its own table, and no other, by option (%s)',
    async (expires, expected) => {
      const link = await linkAfterFirstRead({ expireOnSchemaChange: expires })
      const path = (table: string) => `EntityDefinitions(LogicalName='${table}')/Keys`
      const key = (SchemaName: string, column: string) => ({
        SchemaName,
        KeyAttributes: [column],
        DisplayName: { LocalizedLabels: [{ Label: SchemaName, LanguageCode: 1033 }] },
      })
      const other = await send(emulator, 'POST', path('account'), {
        body: key('new_AccountKey', 'accountnumber'),
      })
      expect(other.status).toBe(204)
      expect(await outcome(link)).toBe(0)
      const own = await send(emulator, 'POST', path('new_thing'), { body: key('new_NameKey', 'new_name') })
      expect(own.status).toBe(204)
      expect(await outcome(link)).toBe(expected)
      expect(await outcome(await readLink())).toBe(0)
    },
  )

  it('ends in the middle of a delta that is read in pages', async () => {
    const link = await linkAfterFirstRead()
    for (const number of [2, 3, 4]) emulator.table('new_things').create({ new_thingid: guid(number) })
    const page = await send(emulator, 'GET', link, { headers: { Prefer: 'odata.maxpagesize=2' } })
    emulator.deltaTokens.expireAll()
    expect(await outcome(String(page.json['@odata.nextLink']))).toBe('400 0x80044352')
  })

  it('ends with the deletions that are no longer remembered, even if the clock was set back', async () => {
    const link = await linkAfterFirstRead()
    const table = emulator.table('new_things')
    table.create({ new_thingid: guid(2) })
    table.remove(guid(2))
    clock.now += 8 * dayMs
    for (let i = 0; i < 2000; i += 1) table.update(guid(1), { new_site: i % 9 })
    clock.now -= 8 * dayMs
    expect(await outcome(link)).toBe('400 0x80044352')
  })

  it.each(['nonsense', '1000001', '99999999!03/15/2026 09:41:07', '1000001!02/31/2026 09:41:07'])(
    'that is %s is refused, or starts over, by option',
    async (token) => {
      const link = await linkAfterFirstRead()
      const garbled = `${link.split('$deltatoken=')[0]}$deltatoken=${encodeURIComponent(token)}`
      expect(await outcome(garbled)).toBe('400 0x80060888')
      await emulator.close()
      await linkAfterFirstRead({ unknownToken: 'full-result' })
      const again = `new_things?$deltatoken=${encodeURIComponent(token)}`
      expect(await outcome(again)).toBe(1)
    },
  )
})
