import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { labels } from './support/labels.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { things } from './support/things.js'

let emulator: Emulator
const tables = [things, ...labels.map((each) => ({ ...each, changeTrackingEnabled: true }))]

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({ tables, ...options })
}
beforeEach(() => start())
afterEach(() => emulator.close())

const definition = "EntityDefinitions(LogicalName='new_thing')"
const tracked = { headers: { Prefer: 'odata.track-changes' } }
const outcome = (answer: Awaited<ReturnType<typeof send>>) => [answer.status, errorOf(answer).code]
const deltaLink = async (set: string) =>
  String((await send(emulator, 'GET', `${set}?$select=createdon`, tracked)).json['@odata.deltaLink'])

describe('DELETE of a table', () => {
  it.each(['by its name', 'by its MetadataId'])('takes its definition and its rows away, %s', async (how) => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    const { json } = await send(emulator, 'GET', definition)
    const path = how === 'by its name' ? definition : `EntityDefinitions(${json.MetadataId})`
    expect(await send(emulator, 'DELETE', path)).toMatchObject({ status: 204, text: '' })

    expect(outcome(await send(emulator, 'GET', definition))).toEqual([404, '0x80060888'])
    expect(outcome(await send(emulator, 'DELETE', definition))).toEqual([404, '0x80060888'])
    expect((await send(emulator, 'GET', '$metadata')).text).not.toContain('"new_thing"')
    expect(rowsOf(await send(emulator, 'GET', '')).map(({ name }) => name)).not.toContain('new_things')
    const count = await send(emulator, 'GET', 'RetrieveTotalRecordCount(EntityNames=["new_thing"])')
    expect(outcome(count)).toEqual([400, '0x80072493'])
    expect(() => emulator.table('new_things')).toThrow("no table 'new_things'")
  })

  it('leaves reads, writes and feeds of it without a resource', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    const delta = await deltaLink('new_things')
    await send(emulator, 'DELETE', definition)
    const row = `new_things(${guid(1)})`
    for (const [method, path] of [
      ['GET', 'new_things'],
      ['GET', row],
      ['GET', delta],
      ['PATCH', row],
      ['POST', 'new_things'],
      ['DELETE', row],
    ] as const) {
      const body = method === 'PATCH' || method === 'POST' ? { new_name: 'x' } : undefined
      expect([path, ...outcome(await send(emulator, method, path, { body }))]).toEqual([
        path,
        404,
        '0x8006088a',
      ])
    }
  })

  it('takes its many-to-many relationships with it, and nothing of the rows at their other ends', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    emulator
      .table('new_labels')
      .create({ new_labelid: guid(11), 'new_Things@odata.bind': [`new_things(${guid(1)})`] })
    const delta = await deltaLink('new_labels')
    expect((await send(emulator, 'DELETE', definition)).status).toBe(204)
    expect(outcome(await send(emulator, 'GET', 'new_thing_labels'))).toEqual([404, '0x8006088a'])
    expect(outcome(await send(emulator, 'GET', `new_labels(${guid(11)})/new_Things`))).toEqual([
      404,
      '0x8006088a',
    ])
    const unchanged = await send(emulator, 'GET', delta)
    expect([unchanged.status, unchanged.json.value]).toEqual([200, []])
  })

  it('is refused while another table points at it, and for tables of the system', async () => {
    const note = {
      logicalName: 'new_note',
      isCustom: true,
      columns: [
        {
          logicalName: 'new_thingid',
          type: 'lookup' as const,
          targets: [
            {
              table: 'new_thing',
              navigationProperty: 'new_Thing',
              collectionNavigationProperty: 'new_notes',
            },
          ],
        },
      ],
    }
    await emulator.close()
    await start({ tables: [...tables, note] })
    const refused = await send(emulator, 'DELETE', definition)
    expect(outcome(refused)).toEqual([400, '0x8004f01f'])
    expect(errorOf(refused).message).toContain("'new_thingid' of table 'new_note'")
    expect((await send(emulator, 'DELETE', "EntityDefinitions(LogicalName='new_note')")).status).toBe(204)
    expect((await send(emulator, 'DELETE', definition)).status).toBe(204)
    const system = await send(emulator, 'DELETE', "EntityDefinitions(LogicalName='account')")
    expect(outcome(system)).toEqual([400, '0x80040203'])
    expect((await send(emulator, 'GET', 'accounts')).status).toBe(200)
  })

  it('makes room for a table of the same name, which starts empty and knows no token of the old one', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    const delta = await deltaLink('new_things')
    await send(emulator, 'DELETE', definition)
    const created = await send(emulator, 'POST', 'EntityDefinitions', {
      body: {
        SchemaName: 'new_Thing',
        OwnershipType: 'UserOwned',
        ChangeTrackingEnabled: true,
        DisplayName: { LocalizedLabels: [{ Label: 'Thing', LanguageCode: 1033 }] },
        Attributes: [
          {
            '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
            SchemaName: 'new_Name',
            IsPrimaryName: true,
          },
        ],
      },
    })
    expect(created.status).toBe(204)
    expect(rowsOf(await send(emulator, 'GET', 'new_things'))).toEqual([])
    expect(outcome(await send(emulator, 'GET', delta))).toEqual([400, '0x80044352'])
  })

  it('outlives a restart, in the journal and in its snapshots', async () => {
    const stateDirectory = temporaryFolder()
    for (const compactAfterBytes of [16 * 1024 * 1024, 1]) {
      await emulator.close()
      await start({ stateDirectory: `${stateDirectory}/${compactAfterBytes}`, compactAfterBytes })
      emulator.table('new_things').create({ new_thingid: guid(1) })
      await send(emulator, 'DELETE', definition)
      emulator.table('accounts').create({ name: 'A' })
      await emulator.close()
      await start({ stateDirectory: `${stateDirectory}/${compactAfterBytes}`, compactAfterBytes })
      expect(outcome(await send(emulator, 'GET', 'new_things'))).toEqual([404, '0x8006088a'])
      expect(outcome(await send(emulator, 'GET', 'new_thing_labels'))).toEqual([404, '0x8006088a'])
      expect(emulator.table('accounts').count()).toBe(1)
    }
  })
})
