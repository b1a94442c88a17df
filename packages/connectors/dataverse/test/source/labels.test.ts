import { createClient, type DataverseClient } from '@deltaverse/client'
import type { ChangeEvent, Source } from '@deltaverse/core'
import { type Emulator, startEmulator, type TableDefinition } from '@deltaverse/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed, createLabelSource } from '../../src/index.js'
import { renamedLabels } from './renamed-labels.js'
import { checkpointOf } from './things.js'

const options = [
  { value: 1, label: 'Red' },
  { value: 2, label: 'Green "and" blue' },
]
const thing: TableDefinition = {
  logicalName: 'new_thing',
  changeTrackingEnabled: true,
  columns: [
    { logicalName: 'new_name', type: 'string' },
    { logicalName: 'new_color', type: 'picklist', options },
    { logicalName: 'new_colors', type: 'multiselectpicklist', options },
    {
      logicalName: 'new_open',
      type: 'boolean',
      options: [
        { value: 0, label: 'Shut' },
        { value: 1, label: 'Open' },
      ],
    },
    {
      logicalName: 'new_accountid',
      type: 'lookup',
      targets: [
        {
          table: 'account',
          navigationProperty: 'new_accountid',
          collectionNavigationProperty: 'new_account_things',
        },
      ],
    },
  ],
}

let emulator: Emulator
let client: DataverseClient

beforeAll(async () => {
  emulator = await startEmulator({ tables: [thing] })
  client = createClient({ url: emulator.url })
})
beforeEach(() => {
  const table = emulator.table('new_things')
  for (const row of table.rows()) table.remove(String(row.new_thingid))
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

const feedOf = (given: Partial<ChangeFeedOptions> = {}, from = client) =>
  createChangeFeed(from, { entitySet: 'new_things', labels: true, labelsMaxAgeMs: 0, ...given })

async function eventsOf(source: Source, checkpoint: unknown = null): Promise<ChangeEvent[]> {
  const events: ChangeEvent[] = []
  for await (const batch of source.read({ checkpoint: checkpoint as never })) events.push(...batch)
  return events
}

const rowsOf = (events: readonly ChangeEvent[]) =>
  events.flatMap((event) => (event.kind === 'upserted' ? [event.row] : []))
const kinds = (events: readonly ChangeEvent[]) =>
  events.map((event) => (event.kind === 'reset' ? `reset ${event.reason}` : event.kind))

describe('labels beside values', () => {
  it('stand beside choices, several choices, states, statuses, and yes and no, in the bytes too', async () => {
    emulator.table('new_things').create({ new_color: 2, new_colors: '1,2', new_open: true })
    const [event] = (await eventsOf(feedOf())).filter(({ kind }) => kind === 'upserted')
    if (event?.kind !== 'upserted') throw new Error('no row')
    const expected = {
      new_color: 2,
      new_color_label: 'Green "and" blue',
      new_colors: '1,2',
      new_colors_label: 'Red; Green "and" blue',
      new_open: true,
      new_open_label: 'Open',
      statecode_label: 'Active',
      statuscode_label: 'Active',
    }
    expect(event.row).toMatchObject(expected)
    expect(JSON.parse(Buffer.from(event.bytes).toString())).toEqual(event.row)
    expect(event.id).toBe(event.row.new_thingid)
    expect(JSON.parse(JSON.stringify(event))).toMatchObject({ row: expected, rowVersion: event.rowVersion })
  })

  it('are null where there is no value, and absent where the column is not selected', async () => {
    emulator.table('new_things').create({ new_name: 'n' })
    const [row] = rowsOf(await eventsOf(feedOf({ select: ['new_color', 'new_name'] })))
    expect(row).toMatchObject({ new_color: null, new_color_label: null })
    expect(Object.keys(row ?? {})).not.toContain('statecode_label')
  })

  it('come with deltas, in a copy, and with rows that are read again', async () => {
    const table = emulator.table('new_things')
    const id = table.create({ new_color: 1 })
    const first = await eventsOf(feedOf())
    table.update(id, { new_color: 2 })
    expect(rowsOf(await eventsOf(feedOf(), checkpointOf(first)))).toMatchObject([
      { new_color_label: 'Green "and" blue' },
    ])
    expect(rowsOf(await eventsOf(feedOf({ mode: 'full-copy' })))).toMatchObject([
      { new_color: 2, new_color_label: options[1]?.label },
    ])
    for await (const rows of feedOf().rows([id]))
      expect(rows.map(({ row }) => row)).toMatchObject([{ new_color_label: options[1]?.label }])
  })

  it('are columns of the schema', async () => {
    const { columns } = await feedOf({ select: ['new_name', 'new_colors', 'statuscode'] }).schema()
    expect(columns.slice(-2)).toEqual([
      { name: 'new_colors_label', type: { kind: 'text' }, nullable: true, optional: true },
      { name: 'statuscode_label', type: { kind: 'text' }, nullable: true, optional: true },
    ])
    const names = (await feedOf().schema()).columns.map(({ name }) => name)
    expect(names.filter((name) => name.endsWith('_label'))).toHaveLength(5)
  })

  it('lead to a full read when one is renamed or they are asked for, and not when an option is added', async () => {
    emulator.table('new_things').create({ new_color: 1 })
    const bare = await eventsOf(feedOf({ labels: false }))
    const first = await eventsOf(feedOf(), checkpointOf(bare))
    expect(kinds(first)[0]).toBe('reset labels-changed')
    expect(kinds(await eventsOf(feedOf(), checkpointOf(first)))).toEqual(['checkpoint'])
    const other = renamedLabels(client, { Red: 'Crimson' })
    const second = await eventsOf(feedOf({}, other), checkpointOf(first))
    expect(kinds(second)[0]).toBe('reset labels-changed')
    expect(rowsOf(second)).toMatchObject([{ new_color: 1, new_color_label: 'Crimson' }])
    expect(kinds(await eventsOf(feedOf({}, other), checkpointOf(second)))).toEqual(['checkpoint'])
    const cursor = structuredClone(checkpointOf(second).cursor) as unknown as {
      labels: Record<string, Record<string, string>>
    }
    delete cursor.labels.new_color?.['2']
    const before = { ...checkpointOf(second), cursor }
    expect(kinds(await eventsOf(feedOf({}, other), before))).toEqual(['checkpoint'])
    // A column that is not read has no labels that could change.
    const name = await eventsOf(feedOf({ select: ['new_name'] }))
    expect(kinds(await eventsOf(feedOf({ select: ['new_name'] }, other), checkpointOf(name)))).toEqual([
      'checkpoint',
    ])
  })

  it('are refused where a column of the table has their name', async () => {
    const columns = [
      { logicalName: 'new_kind', type: 'picklist' as const, options },
      { logicalName: 'new_kind_label', type: 'string' as const },
    ]
    await using taken = await startEmulator({
      tables: [{ logicalName: 'new_taken', changeTrackingEnabled: true, columns }],
    })
    const own = createClient({ url: taken.url })
    const feed = createChangeFeed(own, { entitySet: 'new_takens', labels: true })
    await expect(eventsOf(feed)).rejects.toThrow(/'new_kind_label' of its own/)
    await own.close()
  })
})

describe('look-ups', () => {
  it('say the table that they point at, where it is one, without asking for annotations', async () => {
    const account = emulator.table('accounts').create({ name: 'Contoso' })
    emulator.table('new_things').create({ 'new_accountid@odata.bind': `/accounts(${account})` })
    emulator.table('new_things').create({})
    const before = emulator.requests.length
    const rows = rowsOf(await eventsOf(feedOf({ labels: false, lookups: 'tables' })))
    const tables = rows.map((row) => [row._new_accountid_value, row.new_accountid_entitytype])
    expect(tables).toContainEqual([account, 'account'])
    expect(tables).toContainEqual([null, null])
    expect(rows[0]).not.toHaveProperty('ownerid_entitytype')
    const asked = emulator.requests.slice(before).map(({ headers }) => String(headers.prefer ?? ''))
    expect(asked.some((prefer) => prefer.includes('annotations'))).toBe(false)
  })

  it('say table and name of all of them by annotations', async () => {
    const account = emulator.table('accounts').create({ name: 'Contoso' })
    emulator.table('new_things').create({ 'new_accountid@odata.bind': `/accounts(${account})` })
    const feed = feedOf({ labels: false, lookups: 'names' })
    const [row] = rowsOf(await eventsOf(feed))
    expect(row).toMatchObject({
      new_accountid_entitytype: 'account',
      new_accountid_label: 'Contoso',
      ownerid_entitytype: 'systemuser',
    })
    const names = (await feed.schema()).columns.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['new_accountid_entitytype', 'new_accountid_label', 'ownerid_label']),
    )
    const plain = await eventsOf(feedOf({ labels: false, lookups: 'tables' }))
    expect(kinds(await eventsOf(feed, checkpointOf(plain)))[0]).toBe('reset labels-changed')
  })
})

describe('createLabelSource()', () => {
  it('tells every label of every choice column once, and again when one is renamed', async () => {
    const source = createLabelSource(client, { entitySet: 'new_things' })
    const first = await eventsOf(source)
    expect(kinds(first).filter((kind) => kind !== 'upserted')).toEqual([
      'reset initial',
      'complete',
      'checkpoint',
    ])
    const rows = rowsOf(first)
    expect(rows).toContainEqual({
      label_id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      table_name: 'new_thing',
      column_name: 'new_colors',
      option_value: 1,
      language_code: 1033,
      is_user_language: true,
      label: 'Red',
      state_value: null,
    })
    const columns = new Set(rows.map((row) => row.column_name))
    expect([...columns].sort()).toEqual(['new_color', 'new_colors', 'new_open', 'statecode', 'statuscode'])
    expect(rows.find((row) => row.column_name === 'statuscode' && row.option_value === 2)).toMatchObject({
      state_value: 1,
    })
    expect(kinds(await eventsOf(source, checkpointOf(first)))).toEqual(['checkpoint'])

    const other = createLabelSource(renamedLabels(client, { Red: 'Crimson' }), { entitySet: 'new_things' })
    const second = await eventsOf(other, checkpointOf(first))
    expect(kinds(second)[0]).toBe('reset labels-changed')
    expect(rowsOf(second).map(({ label }) => label)).toContain('Crimson')
    expect(rowsOf(second).map(({ label_id }) => label_id)).toEqual(rows.map(({ label_id }) => label_id))
    const columnNames = (await source.schema?.())?.columns.map(({ name }) => name)
    expect(columnNames).toEqual(Object.keys(rows[0] ?? {}))
  })

  it('counts, lists and reads again what it tells, and refuses what is not its own', async () => {
    const source = createLabelSource(client, { entitySet: 'new_things' })
    const rows = rowsOf(await eventsOf(source))
    expect(await source.count?.()).toEqual({ rows: rows.length, certainty: 'exact' })
    const ids: string[] = []
    for await (const keys of source.keys?.() ?? []) ids.push(...keys.map(({ id }) => id))
    expect(ids).toEqual(rows.map((row) => row.label_id))
    for await (const some of source.rows?.(ids.slice(0, 1)) ?? [])
      expect(some.map(({ row }) => row)).toEqual(rows.slice(0, 1))
    const foreign = checkpointOf(await eventsOf(feedOf()))
    await expect(eventsOf(source, foreign)).rejects.toMatchObject({ code: 'checkpoint-mismatch' })
  })
})
