import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator, type TableDefinition } from '../src/index.js'
import { type Answer, createTestClock, errorOf, guid, send } from './support/api.js'
import { sendBatch } from './support/batch.js'
import { temporaryFolder } from './support/temporary-folder.js'

const widgets: TableDefinition = {
  logicalName: 'new_widget',
  columns: [
    { logicalName: 'name', type: 'string' },
    { logicalName: 'new_code', type: 'string', maxLength: 20, autoNumberFormat: 'W-{SEQNUM:5}' },
  ],
  keys: [{ logicalName: 'new_widgetkey', columns: ['new_code'] }],
}

let emulator: Emulator

async function restart(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.close()
  emulator = await startEmulator({ tables: [widgets], clock: createTestClock().read, ...options })
}

beforeEach(() => restart())
afterEach(() => emulator.close())

const outcome = (answer: Answer) => [answer.status, errorOf(answer).code]
const codes = () =>
  emulator
    .table('new_widgets')
    .rows()
    .map((row) => row.new_code)
    .sort()
const create = (body: object) => send(emulator, 'POST', 'new_widgets', { body })

describe('an autonumber column', () => {
  it('numbers new rows that say nothing of it, however they come', async () => {
    await create({ name: 'A' })
    await send(emulator, 'PATCH', `new_widgets(${guid(1)})`, { body: { name: 'B' } })
    const type = { '@odata.type': 'Microsoft.Dynamics.CRM.new_widget' }
    const multiple = 'new_widgets/Microsoft.Dynamics.CRM'
    await send(emulator, 'POST', `${multiple}.CreateMultiple`, { body: { Targets: [type, type] } })
    const upsert = { Targets: [{ ...type, new_widgetid: guid(2), name: 'C' }] }
    await send(emulator, 'POST', `${multiple}.UpsertMultiple`, { body: upsert })
    await sendBatch(emulator, [[{ method: 'POST', url: 'new_widgets', body: { name: 'D' }, contentId: '1' }]])
    emulator.table('new_widgets').create({})
    expect(codes()).toEqual([1000, 1001, 1002, 1003, 1004, 1005, 1006].map((number) => `W-0${number}`))
  })

  it('answers the number with the row', async () => {
    const answer = await send(emulator, 'POST', 'new_widgets?$select=new_code', {
      body: {},
      headers: { Prefer: 'return=representation' },
    })
    expect(answer.json.new_code).toBe('W-01000')
  })

  it('keeps a number that is sent, and makes none for null', async () => {
    await create({ new_code: 'own' })
    await create({ new_code: null })
    await send(emulator, 'PATCH', "new_widgets(new_code='keyed')", { body: { name: 'K' } })
    expect(codes()).toEqual(['keyed', null, 'own'].sort())
    await create({})
    expect(codes()).toContain('W-01000')
  })

  it('leaves updates alone', async () => {
    await create({ new_widgetid: guid(1) })
    await send(emulator, 'PATCH', `new_widgets(${guid(1)})`, { body: { name: 'X' } })
    expect(codes()).toEqual(['W-01000'])
    await send(emulator, 'PATCH', `new_widgets(${guid(1)})`, { body: { new_code: null } })
    expect(codes()).toEqual([null])
  })

  it('leaves gaps where rows are refused', async () => {
    await create({ new_widgetid: guid(1) })
    const broken = await sendBatch(emulator, [
      [
        { method: 'POST', url: 'new_widgets', body: { name: 'B' } },
        { method: 'POST', url: 'new_widgets', body: { nope: 1 } },
      ],
    ])
    expect(broken.status).toBe(400)
    await create({})
    expect(codes()).toEqual(['W-01000', 'W-01002'])
  })

  it('goes on from a seed, which can be asked for', async () => {
    const column = { EntityName: 'new_Widget', AttributeName: 'new_Code' }
    const seed = (Value: unknown) =>
      send(emulator, 'POST', 'SetAutoNumberSeed', { body: { ...column, Value } })
    expect((await seed(123_456)).status).toBe(204)
    const asked = await send(emulator, 'POST', 'GetAutoNumberSeed', { body: column })
    expect(asked.json).toMatchObject({ AutoNumberSeedValue: 123_456 })
    await create({})
    await create({})
    expect(codes()).toEqual(['W-123456', 'W-123457'])
    expect(outcome(await seed('x'))).toEqual([400, '0x80040203'])
    expect(outcome(await send(emulator, 'GET', 'GetAutoNumberSeed'))).toEqual([405, '0x8006088a'])
    for (const wrong of [{ EntityName: 'nope' }, { AttributeName: 'name' }, { AttributeName: undefined }]) {
      const answer = await send(emulator, 'POST', 'GetAutoNumberSeed', { body: { ...column, ...wrong } })
      expect(outcome(answer)).toEqual([400, '0x80040203'])
    }
  })

  it('refuses rows, not columns, whose format or length does not fit', async () => {
    const attributes = `EntityDefinitions(LogicalName='new_widget')/Attributes`
    const attribute = (SchemaName: string, AutoNumberFormat: string, MaxLength = 100) => ({
      body: {
        '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
        SchemaName,
        AutoNumberFormat,
        MaxLength,
        FormatName: { Value: 'Text' },
      },
    })
    expect((await send(emulator, 'POST', attributes, attribute('new_Long', '{RANDSTRING:7}'))).status).toBe(
      204,
    )
    expect(outcome(await create({}))).toEqual([400, '0x80040203'])
    expect((await create({ new_long: 'own' })).status).toBe(204)
    await send(emulator, 'POST', attributes, attribute('new_Short', '{SEQNUM:9}', 8))
    expect(outcome(await create({ new_long: null }))).toEqual([400, '0x80044331'])
  })

  it('can have random and dated parts, the same for the same seed', async () => {
    const format = '{RANDSTRING:6}/{DATETIMEUTC:yyyyMMddHHmmss}/{SEQNUM:1}'
    const tables = [
      {
        ...widgets,
        columns: [{ logicalName: 'new_code', type: 'string' as const, autoNumberFormat: format }],
      },
    ]
    const runs: unknown[][] = []
    for (const seed of [1, 1, 2]) {
      await restart({ tables, seed })
      await create({})
      await create({})
      runs.push(codes())
    }
    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]).not.toEqual(runs[2])
    for (const code of runs.flat()) expect(code).toMatch(/^[A-Z0-9]{6}\/20260315094107\/100[01]$/)
  })

  it('is told by the definition, and taken by requests that define it', async () => {
    const attributes = `EntityDefinitions(LogicalName='new_widget')/Attributes`
    const read = async (name: string) =>
      (await send(emulator, 'GET', `${attributes}(LogicalName='${name}')?$select=AutoNumberFormat`)).json
        .AutoNumberFormat
    expect([await read('new_code'), await read('name')]).toEqual(['W-{SEQNUM:5}', ''])
    await send(emulator, 'POST', attributes, {
      body: {
        '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
        SchemaName: 'new_Serial',
        AutoNumberFormat: 'S{SEQNUM:1}',
      },
    })
    expect(await read('new_serial')).toBe('S{SEQNUM:1}')
    await create({ new_widgetid: guid(1) })
    expect(emulator.table('new_widgets').get(guid(1))?.new_serial).toBe('S1000')
  })

  it('goes on after a restart', async () => {
    for (const compactAfterBytes of [16 * 1024 * 1024, 1]) {
      const stateDirectory = temporaryFolder()
      await restart({ stateDirectory, compactAfterBytes })
      await create({})
      await restart({ stateDirectory, compactAfterBytes })
      await create({})
      expect(codes()).toEqual(['W-01000', 'W-01001'])
    }
  })
})
