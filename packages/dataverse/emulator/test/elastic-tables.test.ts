import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator, type TableDefinition } from '../src/index.js'
import { errorOf, guid, pagesFrom, rowsOf, send } from './support/api.js'
import { temporaryFolder } from './support/temporary-folder.js'

const readings: TableDefinition = {
  logicalName: 'new_reading',
  isElastic: true,
  changeTrackingEnabled: true,
  columns: [{ logicalName: 'name', type: 'string' }],
}

let emulator: Emulator

async function restart(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.close()
  emulator = await startEmulator({ tables: [readings], ...options })
}

beforeEach(() => restart())
afterEach(() => emulator.close())

const inPartition = (number: number, partition: string) =>
  `new_readings(new_readingid=${guid(number)},partitionid='${partition}')`
const all = () =>
  emulator
    .table('new_readings')
    .rows()
    .map((row) => `${String(row.new_readingid).slice(-1)}${row.partitionid ?? '-'}:${row.name}`)
    .sort()

async function create(number: number, partitionid: string | undefined, name: string): Promise<number> {
  const body = { new_readingid: guid(number), name, ...(partitionid === undefined ? {} : { partitionid }) }
  return (await send(emulator, 'POST', 'new_readings', { body })).status
}

describe('rows of an elastic table', () => {
  beforeEach(async () => {
    for (const partition of ['a', 'b', 'A']) await create(1, partition, `one ${partition}`)
    await create(2, undefined, 'two')
  })

  it('may share an id in several partitions, and no more', async () => {
    expect(all()).toEqual(['1A:one A', '1a:one a', '1b:one b', '2-:two'])
    expect(await create(1, 'a', 'again')).toBe(412)
    expect(await create(2, undefined, 'again')).toBe(412)
  })

  it('are read, changed and deleted by id and partition', async () => {
    for (const path of [inPartition(1, 'b'), `new_readings(${guid(1)})?partitionId='b'`]) {
      expect((await send(emulator, 'GET', path)).json).toMatchObject({ name: 'one b', partitionid: 'b' })
    }
    const missing = await send(emulator, 'GET', `new_readings(${guid(1)})`)
    expect([missing.status, errorOf(missing).code]).toEqual([404, '0x80040217'])
    expect(errorOf(missing).message).toContain(`${guid(1)} Does`)
    await send(emulator, 'PATCH', inPartition(1, 'b'), { body: { name: 'changed', partitionid: 'c' } })
    await send(emulator, 'PATCH', inPartition(3, 'x'), { body: { name: 'new' } })
    await send(emulator, 'DELETE', `new_readings(${guid(1)})?partitionId=a`)
    expect(all()).toEqual(['1A:one A', '1b:changed', '2-:two', '3x:new'])
  })

  it('are written in bulk', async () => {
    const type = { '@odata.type': 'Microsoft.Dynamics.CRM.new_reading' }
    const target = (partitionid: string, name: string) => ({
      ...type,
      new_readingid: guid(1),
      partitionid,
      name,
    })
    const bulk = (message: string, Targets: unknown[]) =>
      send(emulator, 'POST', `new_readings/Microsoft.Dynamics.CRM.${message}`, { body: { Targets } })
    expect((await bulk('UpdateMultiple', [target('a', 'x'), target('b', 'y')])).status).toBe(204)
    expect((await bulk('UpsertMultiple', [target('a', 'z'), target('n', 'new')])).status).toBe(204)
    expect(all()).toEqual(['1A:one A', '1a:z', '1b:y', '1n:new', '2-:two'])
  })

  it('come all of them in pages, in any order', async () => {
    for (const order of ['', '&$orderby=new_readingid', '&$orderby=name desc']) {
      const pages = await pagesFrom(emulator, `new_readings?$select=name,partitionid${order}`, {
        Prefer: 'odata.maxpagesize=1',
      })
      expect(
        pages
          .flatMap(rowsOf)
          .map((row) => row.name)
          .sort(),
      ).toEqual(['one A', 'one a', 'one b', 'two'])
    }
  })

  it.each(['id', 'id-and-partition'] as const)(
    'are tracked one by one, deletions with %s',
    async (elasticDeletions) => {
      await restart({ changeTracking: { elasticDeletions } })
      for (const partition of ['a', 'b', 'c']) await create(1, partition, partition)
      const first = await send(emulator, 'GET', 'new_readings?$select=name', {
        headers: { Prefer: 'odata.track-changes' },
      })
      expect(rowsOf(first)).toHaveLength(3)
      await send(emulator, 'PATCH', inPartition(1, 'b'), { body: { name: 'B' } })
      await send(emulator, 'DELETE', inPartition(1, 'a'))
      const delta = rowsOf(await send(emulator, 'GET', String(first.json['@odata.deltaLink'])))
      const context = { '@odata.context': expect.stringContaining('$deletedEntity') }
      expect(delta).toEqual([
        expect.objectContaining({ name: 'B' }),
        {
          ...context,
          id: guid(1),
          reason: 'deleted',
          ...(elasticDeletions === 'id' ? {} : { partitionid: 'a' }),
        },
      ])
    },
  )

  it('have pages of 500', async () => {
    await restart({
      rows: {
        new_readings: Array.from({ length: 501 }, (_, n) => ({ name: `${n}`, partitionid: `${n % 3}` })),
      },
    })
    const pages = await pagesFrom(emulator, 'new_readings?$select=name', { Prefer: 'odata.maxpagesize=5000' })
    expect(pages.map((page) => rowsOf(page).length)).toEqual([500, 1])
  })

  it('are kept in the state directory', async () => {
    for (const compactAfterBytes of [16 * 1024 * 1024, 1]) {
      const stateDirectory = temporaryFolder()
      await restart({ stateDirectory, compactAfterBytes })
      for (const partition of ['a', 'b']) await create(1, partition, partition)
      await send(emulator, 'DELETE', inPartition(1, 'a'))
      await restart({ stateDirectory, compactAfterBytes })
      expect(all()).toEqual(['1b:b'])
    }
  })

  it('are said to be elastic by the definition', async () => {
    const query = '$select=TableType&$expand=Keys($select=SchemaName,KeyAttributes)'
    const { json } = await send(emulator, 'GET', `EntityDefinitions(LogicalName='new_reading')?${query}`)
    expect(json).toMatchObject({
      TableType: 'Elastic',
      Keys: [
        { SchemaName: 'KeyForNoSqlEntityWithPKPartitionId', KeyAttributes: ['new_readingid', 'partitionid'] },
      ],
    })
  })
})
