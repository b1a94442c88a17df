import type { TableSchema } from '@deltaverse/schema'
import {
  createSingerSink,
  createSingerState,
  type SingerPosition,
  type SingerSinkOptions,
} from '@deltaverse/singer'
import {
  account,
  checkpoint,
  complete,
  createVirtualClock,
  deleted,
  idOf,
  reset,
  upserted,
} from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { playTarget } from './target.js'

const schema: TableSchema = {
  name: 'accounts',
  primaryKey: ['accountid'],
  columns: [
    { name: 'accountid', type: { kind: 'uuid' }, nullable: false },
    { name: 'name', type: { kind: 'text', maxLength: 160 }, nullable: true },
    { name: 'revenue', type: { kind: 'decimal', precision: 19, scale: 4 }, nullable: true },
    { name: 'versionnumber', type: { kind: 'int64' }, nullable: true },
    { name: 'primarycontactid', member: '_primarycontactid_value', type: { kind: 'uuid' }, nullable: true },
  ],
}

async function opened(options: Partial<SingerSinkOptions> = {}, position?: SingerPosition) {
  const lines: string[] = []
  const clock = createVirtualClock()
  const sink = createSingerSink({
    stream: 'accounts',
    clock,
    write: (more) => {
      lines.push(...more)
    },
    ...options,
  })
  await sink.open(position)
  await sink.applySchema?.(schema)
  return { sink, lines, clock }
}

const idsOf = async (lines: readonly string[]): Promise<string[]> =>
  [...(await playTarget(lines)).rows.keys()].sort()
const ids = (...numbers: readonly number[]): string[] => numbers.map(idOf).sort()

describe('createSingerSink()', () => {
  it('prints the schema in front, with the ends of whole numbers and decimals that keep their digits', async () => {
    const { lines } = await opened()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('"minimum":-9223372036854775808,"maximum":9223372036854775807')
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      type: 'SCHEMA',
      stream: 'accounts',
      key_properties: ['accountid'],
      schema: {
        type: 'object',
        properties: {
          accountid: { type: ['string'], format: 'uuid' },
          name: { type: ['null', 'string'] },
          revenue: { type: ['null', 'string'], format: 'x-singer.decimal', precision: 19, scale: 4 },
          _sdc_deleted_at: { type: ['null', 'string'], format: 'date-time' },
        },
      },
    })
  })

  it('keeps every digit, under the names of columns, and no annotation', async () => {
    const { sink, lines } = await opened()
    const row = Buffer.from(
      `{"@odata.etag":"W/\\"1\\"","accountid":"${idOf(1)}","name":"Ä \\"b\\"","revenue":922337203685477.5807,"versionnumber":9007199254740993,"_primarycontactid_value":null,"revenue@Formatted":"x"}`,
    )
    await sink.write([{ ...upserted(idOf(1), {}), bytes: row, row: JSON.parse(String(row)) }])
    expect(lines[1]).toContain(
      `"record":{"accountid":"${idOf(1)}","name":"Ä \\"b\\"","revenue":"922337203685477.5807","versionnumber":9007199254740993,"primarycontactid":null,"_sdc_deleted_at":null}`,
    )
    expect(JSON.parse(lines[1] as string)).toMatchObject({
      time_extracted: expect.stringMatching(/Z$/),
      version: expect.any(Number),
    })
  })

  it('writes decimals as numbers where it is told to', async () => {
    const { sink, lines } = await opened({ decimals: 'number' })
    await sink.write([account(1, { revenue: '0020.5000' })])
    expect(lines[0]).toContain('"revenue":{"type":["null","number"]}')
    expect(lines[1]).toContain('"revenue":20.5000,')
  })

  it('tells of a deletion in a record with its key, since when, and null', async () => {
    const { sink, lines } = await opened()
    await sink.write([account(1), deleted(idOf(1))])
    expect(JSON.parse(lines[2] as string).record).toEqual({
      accountid: idOf(1),
      name: null,
      revenue: null,
      versionnumber: null,
      primarycontactid: null,
      _sdc_deleted_at: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(await idsOf(lines)).toEqual([])
  })

  it('takes the id of a row of several keys apart', async () => {
    const { sink, lines } = await opened()
    await sink.applySchema?.({ ...schema, primaryKey: ['accountid', 'name'] })
    await sink.write([deleted(`${idOf(1)},a%2Cb`)])
    expect(JSON.parse(lines[2] as string).record).toMatchObject({ accountid: idOf(1), name: 'a,b' })
  })

  it('lets a target go of what a read of the whole table did not bring, and only then', async () => {
    const { sink, lines, clock } = await opened()
    await sink.write([reset(1), account(1), account(2), complete(1, 2), checkpoint()])
    const position = await sink.commit()
    await clock.delay(60_000)
    const next = await opened({ clock }, position)
    await next.sink.write([account(3), checkpoint()])
    expect(await idsOf([...lines, ...next.lines])).toEqual(ids(1, 2, 3))
    await next.sink.write([reset(2), account(3)])
    // Ended in the middle, and begun again in another process, later.
    await clock.delay(1)
    const last = await opened({ clock }, position)
    await last.sink.write([reset(2), account(2, {}, 2), complete(2, 1)])
    expect(await idsOf([...lines, ...next.lines, ...last.lines])).toEqual(ids(2))
  })

  it('goes on with the version of a read that is under way', async () => {
    const { sink, lines } = await opened()
    await sink.write([reset(1), account(1), checkpoint({ phase: 'snapshot', isBoundary: false })])
    const next = await opened({}, await sink.commit())
    await next.sink.write([account(2), complete(1, 2)])
    expect(await idsOf([...lines, ...next.lines])).toEqual(ids(1, 2))
  })

  it('says nothing of versions where targets do not know them', async () => {
    const { sink, lines } = await opened({ versions: false })
    await sink.write([reset(1), account(1), complete(1, 1)])
    expect(lines.slice(1).map((line) => [JSON.parse(line).type, 'version' in JSON.parse(line)])).toEqual([
      ['RECORD', false],
    ])
  })

  it('refuses a value that its type does not have, naming row and column', async () => {
    const { sink } = await opened()
    await expect(sink.write([account(1, { versionnumber: 'many' })])).rejects.toThrow(
      new RegExp(`The row ${idOf(1)} .* 'versionnumber' is "many"`),
    )
  })

  it('refuses rows whose schema nobody told, and a position of another sink', async () => {
    const sink = createSingerSink({ stream: 'accounts', write: () => undefined })
    await sink.open(undefined)
    await expect(sink.write([account(1)])).rejects.toThrow(/has no schema/)
    await expect(sink.open({ bytes: 1 } as never)).rejects.toMatchObject({ code: 'checkpoint-invalid' })
  })
})

describe('createSingerState()', () => {
  const state = {
    version: 1 as const,
    position: { version: 5 },
    checkpoint: checkpoint().checkpoint,
  }

  it('prints the state of all streams with each save, and begins with what was printed', async () => {
    const lines: string[] = []
    const first = createSingerState(undefined, (line) => void lines.push(line)).checkpoints
    expect(await first.load('accounts')).toBeUndefined()
    await first.save('contacts', state, (await first.save('accounts', state, undefined)) && undefined)
    const { value } = JSON.parse(lines.at(-1) as string)
    const second = createSingerState(value, () => undefined).checkpoints
    expect((await second.load('accounts'))?.state).toEqual(state)
    expect((await second.load('contacts'))?.state).toEqual(state)
    const wrapped = createSingerState({ type: 'STATE', value }, () => undefined).checkpoints
    expect((await wrapped.load('contacts'))?.state).toEqual(state)
  })

  it('saves by revision', async () => {
    const { checkpoints } = createSingerState(undefined, () => undefined)
    const revision = await checkpoints.save('accounts', state, undefined)
    await expect(checkpoints.save('accounts', state, undefined)).rejects.toMatchObject({ code: 'conflict' })
    await checkpoints.save('accounts', state, revision)
  })

  it.each([[[]], [{ bookmarks: 1 }], ['x'], [null]])('refuses %j, which is no state', (value) => {
    expect(() => createSingerState(value, () => undefined)).toThrow(/Pass the value of the last STATE line/)
  })

  it('refuses the bookmark of another tap', async () => {
    const { checkpoints } = createSingerState(
      { bookmarks: { accounts: { replication_key: 'x' } } },
      () => undefined,
    )
    await expect(checkpoints.load('accounts')).rejects.toMatchObject({ code: 'checkpoint-invalid' })
  })
})
