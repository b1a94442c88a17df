import { DynamicsWebApi } from 'dynamics-web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ keyIndexing: 'stepwise' })
})
afterEach(() => emulator.close())

const label = (text: string) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] })
const thing = {
  SchemaName: 'new_Thing',
  DisplayName: label('Thing'),
  DisplayCollectionName: label('Things'),
  OwnershipType: 'UserOwned',
  Attributes: [
    {
      '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
      SchemaName: 'new_Name',
      IsPrimaryName: true,
      MaxLength: 100,
    },
  ],
}
const definition = "EntityDefinitions(LogicalName='new_thing')"

describe('a table made through the Web API', () => {
  it('takes rows at once, and tracks changes after it was switched on', async () => {
    expect((await send(emulator, 'POST', 'EntityDefinitions', { body: thing })).status).toBe(204)
    const body = { new_thingid: guid(1), new_name: 'A' }
    expect((await send(emulator, 'POST', 'new_things', { body })).status).toBe(204)
    const headers = { Prefer: 'odata.track-changes' }
    const refused = await send(emulator, 'GET', 'new_things?$select=new_name', { headers })
    expect(errorOf(refused).code).toBe('0x80072491')

    const whole = await send(emulator, 'GET', definition)
    const put = { ...whole.json, ChangeTrackingEnabled: true }
    expect((await send(emulator, 'PUT', definition, { body: put })).status).toBe(204)
    const tracked = await send(emulator, 'GET', 'new_things?$select=new_name', { headers })
    expect(rowsOf(tracked)).toHaveLength(1)
    expect(tracked.json).toHaveProperty(['@odata.deltaLink'])
  })

  it('resolves an alternate key only when its index is active', async () => {
    await send(emulator, 'POST', 'EntityDefinitions', { body: thing })
    await send(emulator, 'POST', 'new_things', { body: { new_thingid: guid(1), new_name: 'A' } })
    const key = { SchemaName: 'new_ByName', KeyAttributes: ['new_name'] }
    expect((await send(emulator, 'POST', `${definition}/Keys`, { body: key })).status).toBe(204)
    const status = async () => {
      const answer = await send(emulator, 'GET', `${definition}/Keys(LogicalName='new_byname')`)
      return answer.json.EntityKeyIndexStatus
    }
    const resolves = async () => (await send(emulator, 'GET', "new_things(new_name='A')")).status
    expect([await status(), await resolves()]).toEqual(['Pending', 400])
    emulator.advanceKeyIndexes()
    expect([await status(), await resolves()]).toEqual(['InProgress', 400])
    emulator.advanceKeyIndexes()
    expect([await status(), await resolves()]).toEqual(['Active', 200])
  })

  it('counts its rows and appears in every list of tables', async () => {
    await send(emulator, 'POST', 'EntityDefinitions', { body: thing })
    await send(emulator, 'POST', 'new_things', { body: { new_name: 'A' } })
    const count = await send(emulator, 'GET', 'RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["new_thing"]')
    expect(count.json.EntityRecordCountCollection).toMatchObject({ Values: [1] })
    expect(rowsOf(await send(emulator, 'GET', ''))).toContainEqual(
      expect.objectContaining({ url: 'new_things' }),
    )
    expect((await send(emulator, 'GET', '$metadata')).text).toContain('<EntitySet Name="new_things"')
  })
})

describe('WhoAmI', () => {
  it('names a user that can be read', async () => {
    const who = await send(emulator, 'GET', 'WhoAmI')
    expect(who.headers.get('x-ms-dop-hint')).toMatch(/^\d+$/)
    const user = await send(
      emulator,
      'GET',
      `systemusers(${who.json.UserId})?$expand=businessunitid($select=name)`,
    )
    expect(user.json).toMatchObject({
      ownerid: who.json.UserId,
      businessunitid: { businessunitid: who.json.BusinessUnitId },
    })
  })
})

describe('with the client of somebody else', () => {
  it('reads definitions and option sets, and calls functions', async () => {
    const client = new DynamicsWebApi({ serverUrl: emulator.url, dataApi: { version: '9.2' } })
    const who = await client.callFunction<{ UserId: string }>('WhoAmI')
    expect(who.UserId).toMatch(/^[0-9a-f-]{36}$/)
    const table = await client.retrieveEntity<Record<string, unknown>>({
      key: "LogicalName='account'",
      select: ['EntitySetName', 'ChangeTrackingEnabled'],
    })
    expect(table).toMatchObject({ EntitySetName: 'accounts', ChangeTrackingEnabled: true })
    const attributes = await client.retrieveAttributes<Record<string, unknown>>({
      entityKey: "LogicalName='account'",
      castType: 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
      select: ['LogicalName'],
      expand: [{ property: 'OptionSet', select: ['Options'] }],
    })
    const names = attributes.value?.map((each: Record<string, unknown>) => each.LogicalName)
    expect(names).toContain('industrycode')
  })
})
