import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator, type TableView } from '../src/index.js'
import { type Answer, createTestClock, errorOf, guid, pagesFrom, rowsOf, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
let table: TableView
afterEach(() => emulator.close())

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({ tables: [things], clock: createTestClock().read, ...options })
  table = emulator.table('new_things')
}

const tracked = { Prefer: 'odata.track-changes' }
const inTwos = { Prefer: 'odata.track-changes,odata.maxpagesize=2' }
const select = 'new_things?$select=new_name'
const deltaLinkOf = (answer: Answer | undefined) => String(answer?.json['@odata.deltaLink'])
const create = (...numbers: number[]) => {
  for (const number of numbers) table.create({ new_thingid: guid(number), new_name: `N${number}` })
}
/** Each entry in short: `1` for an upserted row, `-1` for a deleted one. */
const entriesOf = (answer: Answer) =>
  rowsOf(answer).map((row) => Number(String(row.id ?? row.new_thingid).slice(-12)) * (row.reason ? -1 : 1))

describe('the first tracked read', () => {
  it('sends every row, tells that tracking was applied, and ends in a delta link', async () => {
    await start()
    create(1)
    const answer = await send(emulator, 'GET', select, { headers: tracked })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('preference-applied')).toBe('odata.track-changes')
    const version = String(table.get(guid(1))?.versionnumber)
    expect(answer.json).toEqual({
      '@odata.context': `${emulator.serviceRoot}/$metadata#new_things(new_name)`,
      value: [{ '@odata.etag': `W/"${version}"`, new_name: 'N1', new_thingid: guid(1) }],
      '@odata.deltaLink': `${emulator.serviceRoot}/${select}&$deltatoken=${version}%2103%2f15%2f2026%2009%3a41%3a07`,
    })
  })

  it('has next links on all pages but the last, which alone has the delta link', async () => {
    await start()
    create(1, 2, 3, 4, 5)
    const pages = await pagesFrom(emulator, select, inTwos)
    expect(pages.map((page) => '@odata.deltaLink' in page.json)).toEqual([false, false, true])
    expect(pages.flatMap(entriesOf)).toEqual([1, 2, 3, 4, 5])
    const link = decodeURIComponent(String(pages[0]?.json['@odata.nextLink']))
    expect(link).toContain('pagenumber="2"')
    expect(link).toContain('istracking="True"')
  })

  it('goes on from a next link alone, without the preference', async () => {
    await start()
    create(1, 2, 3)
    const first = await send(emulator, 'GET', select, { headers: inTwos })
    const second = await send(emulator, 'GET', String(first.json['@odata.nextLink']))
    expect(second.json['@odata.deltaLink']).toBeDefined()
  })

  it('ends without any link when the preference is lost with annotations', async () => {
    await start({ changeTracking: { lostWithAnnotations: true } })
    const headers = { Prefer: 'odata.track-changes,odata.include-annotations="*"' }
    const answer = await send(emulator, 'GET', select, { headers })
    expect(Object.keys(answer.json).filter((name) => name.endsWith('Link'))).toEqual([])
    expect(answer.headers.get('preference-applied')).toBe('odata.include-annotations="*"')
  })
})

describe('a delta', () => {
  it('sends changed rows in full and deleted rows as entries of their own context', async () => {
    await start()
    create(1, 2, 3)
    const first = await send(emulator, 'GET', select, { headers: tracked })
    table.update(guid(1), { new_notes: 'only a column that is not selected' })
    table.remove(guid(2))
    const delta = await send(emulator, 'GET', deltaLinkOf(first))
    expect(delta.json['@odata.context']).toBe(`${emulator.serviceRoot}/$metadata#new_things(new_name)/$delta`)
    expect(rowsOf(delta)).toEqual([
      { '@odata.etag': expect.stringMatching(/^W\/"\d+"$/), new_name: 'N1', new_thingid: guid(1) },
      {
        '@odata.context': `${emulator.serviceRoot}/$metadata#new_things/$deletedEntity`,
        id: guid(2),
        reason: 'deleted',
      },
    ])
  })

  it('is empty when nothing changed, and hands out a new link each time', async () => {
    const clock = createTestClock()
    await start({ clock: clock.read })
    create(1)
    const first = await send(emulator, 'GET', select, { headers: tracked })
    clock.now += 1000
    const delta = await send(emulator, 'GET', deltaLinkOf(first))
    expect(rowsOf(delta)).toEqual([])
    expect(deltaLinkOf(delta)).not.toBe(deltaLinkOf(first))
  })

  it('sends rows by version and then deletions, unless told to send all by version', async () => {
    for (const [order, expected] of [
      ['deletes-last', [3, 1, -2, -4]],
      ['by-version', [-2, 3, 1, -4]],
    ] as const) {
      await start({ changeTracking: { order } })
      create(1, 2, 3, 4)
      const first = await send(emulator, 'GET', select, { headers: tracked })
      table.remove(guid(2))
      table.update(guid(3), { new_name: 'x' })
      table.update(guid(1), { new_name: 'x' })
      table.update(guid(4), { new_name: 'x' })
      table.remove(guid(4))
      expect(entriesOf(await send(emulator, 'GET', deltaLinkOf(first)))).toEqual(expected)
      if (order === 'deletes-last') await emulator.close()
    }
  })

  it('reports rows that were created and deleted meanwhile, and only the last state of others', async () => {
    await start()
    create(1, 3)
    const first = await send(emulator, 'GET', select, { headers: tracked })
    create(2)
    table.remove(guid(2))
    table.update(guid(1), { new_name: 'x' })
    table.update(guid(1), { new_name: 'y' })
    table.remove(guid(3))
    create(3)
    const delta = await send(emulator, 'GET', deltaLinkOf(first))
    expect(entriesOf(delta)).toEqual([1, 3, -2])
    expect(rowsOf(delta)[0]?.new_name).toBe('y')
  })

  it('pages, mixing rows and deletions', async () => {
    await start()
    create(1, 2, 3, 4, 5)
    const first = await send(emulator, 'GET', select, { headers: tracked })
    for (const number of [1, 2, 3]) table.update(guid(number), { new_name: 'x' })
    for (const number of [4, 5]) table.remove(guid(number))
    const pages = await pagesFrom(emulator, deltaLinkOf(first), inTwos)
    expect(pages.map(entriesOf)).toEqual([[1, 2], [3, -4], [-5]])
    expect(pages.map((page) => '@odata.deltaLink' in page.json)).toEqual([false, false, true])
    expect(pages.every((page) => String(page.json['@odata.context']).endsWith('/$delta'))).toBe(true)
  })

  it('is counted with its deletions', async () => {
    await start({ countByteOrderMark: false })
    create(1, 2)
    const first = await send(emulator, 'GET', select, { headers: tracked })
    table.remove(guid(1))
    create(3)
    const token = deltaLinkOf(first).split('$deltatoken=')[1]
    expect((await send(emulator, 'GET', `new_things/$count?$deltatoken=${token}`)).text).toBe('2')
  })

  it('takes a token that a client encoded itself, and writes upper-case digits when asked', async () => {
    await start({ links: { hex: 'upper' } })
    create(1)
    const link = deltaLinkOf(await send(emulator, 'GET', select, { headers: tracked }))
    expect(link).toMatch(/\$deltatoken=\d+%2103%2F15%2F2026%2009%3A41%3A07$/)
    create(2)
    const token = decodeURIComponent(link.split('$deltatoken=')[1]!)
    const query = new URLSearchParams({ $select: 'new_name', $deltatoken: token })
    expect(entriesOf(await send(emulator, 'GET', `new_things?${query}`))).toEqual([2])
  })

  it.each([
    ['asked', 200, ['new_name', 'new_thingid'], '#new_things(new_name)/$delta', 'new_name'],
    ['given', 200, ['new_thingid'], '#new_things(new_thingid)/$delta', 'new_thingid'],
    ['refused', 400, undefined, undefined, undefined],
  ] as const)(
    'is followed with other columns: %s',
    async (otherColumns, status, columns, context, linked) => {
      await start({ changeTracking: { otherColumns } })
      create(1)
      const keys = await send(emulator, 'GET', 'new_things?$select=new_thingid', { headers: tracked })
      create(2, 3, 4)
      const token = deltaLinkOf(keys).split('$deltatoken=')[1]
      const own = await send(emulator, 'GET', deltaLinkOf(keys))
      expect(entriesOf(own)).toEqual([2, 3, 4])
      const first = await send(emulator, 'GET', `${select}&$deltatoken=${token}`, { headers: inTwos })
      expect(first.status).toBe(status)
      expect((await send(emulator, 'GET', `new_things/$count?$deltatoken=${token}`)).status).toBe(200)
      if (status === 400) return
      const answers = [first, await send(emulator, 'GET', String(first.json['@odata.nextLink']))]
      for (const answer of answers) {
        const [row] = rowsOf(answer)
        expect(Object.keys(row ?? {}).filter((name) => !name.startsWith('@'))).toEqual(columns)
        expect(String(answer.json['@odata.context'])).toContain(context)
      }
      expect(deltaLinkOf(answers[1])).toContain(`$select=${linked}&`)
    },
  )

  it('costs what changed, not what the table holds: superseded entries are forgotten', async () => {
    await start({ changeTracking: { tokenLifetimeDays: 7 } })
    create(1, 2)
    const first = await send(emulator, 'GET', select, { headers: tracked })
    for (let i = 0; i < 5000; i += 1) table.update(guid(1 + (i % 2)), { new_site: i % 9 })
    expect(entriesOf(await send(emulator, 'GET', deltaLinkOf(first)))).toEqual([1, 2])
  })
})

describe('the moment that a token of several pages stands for', () => {
  const changedMeanwhile = async (watermark: 'first-page' | 'last-page') => {
    await start({ changeTracking: { watermark } })
    create(1, 2, 3)
    const first = await send(emulator, 'GET', select, { headers: inTwos })
    table.update(guid(1), { new_name: 'x' })
    table.remove(guid(2))
    const second = await send(emulator, 'GET', String(first.json['@odata.nextLink']), { headers: inTwos })
    return entriesOf(await send(emulator, 'GET', deltaLinkOf(second)))
  }

  it('is the last page by default, and loses what changed on earlier pages', async () => {
    expect(await changedMeanwhile('last-page')).toEqual([])
  })

  it('is the first page when asked for, and loses nothing', async () => {
    expect(await changedMeanwhile('first-page')).toEqual([1, -2])
  })

  it('loses nothing under any interleaving of writes and pages when it is the first page', async () => {
    await start({ changeTracking: { watermark: 'first-page' } })
    const write = fc.record({ number: fc.integer({ min: 1, max: 8 }), remove: fc.boolean() })
    const run = fc.array(fc.array(write, { maxLength: 4 }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(run, async (steps) => {
        const copy = new Map<unknown, unknown>()
        const absorb = (page: Answer) => {
          for (const row of rowsOf(page)) {
            if (row.reason === 'deleted') copy.delete(row.id)
            else copy.set(row.new_thingid, row.new_name)
          }
        }
        let next = select
        let count = 0
        const readPage = async () => {
          const page = await send(emulator, 'GET', next, { headers: inTwos })
          absorb(page)
          next = String(page.json['@odata.nextLink'] ?? page.json['@odata.deltaLink'])
          return '@odata.deltaLink' in page.json
        }
        for (const writes of steps) {
          for (const { number, remove } of writes) {
            count += 1
            const id = guid(number)
            if (table.get(id) === undefined) table.create({ new_thingid: id, new_name: `v${count}` })
            else if (remove) table.remove(id)
            else table.update(id, { new_name: `v${count}` })
          }
          await readPage()
        }
        // To the end of what is being read, then one more delta.
        while (!(await readPage())) {}
        while (!(await readPage())) {}
        expect(copy).toEqual(new Map(table.rows().map((row) => [row.new_thingid, row.new_name])))
      }),
      { numRuns: 40 },
    )
  })
})

describe('refusals', () => {
  it.each(['$filter', '$orderby', '$top', '$expand'])('name %s', async (option) => {
    await start()
    const value = { $filter: "new_name eq 'A'", $orderby: 'new_name', $top: '1', $expand: 'new_Parent' }[
      option
    ]
    const answer = await send(emulator, 'GET', `new_things?${option}=${value}`, { headers: tracked })
    expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80060888'])
    expect(errorOf(answer).message).toBe(
      `The "${option}" query parameter isn't supported when Change Tracking is enabled.`,
    )
  })

  it('spare $expand where the edition allows it', async () => {
    await start({ changeTracking: { refuseExpand: false } })
    const answer = await send(emulator, 'GET', 'new_things?$expand=new_Parent', { headers: tracked })
    expect(answer.status).toBe(200)
  })

  it('say that a table is not enabled', async () => {
    await start({ tables: [{ ...things, changeTrackingEnabled: false }] })
    const answer = await send(emulator, 'GET', select, { headers: tracked })
    expect([answer.status, errorOf(answer)]).toEqual([
      400,
      { code: '0x80072491', message: "Entity new_thing isn't enabled for change tracking." },
    ])
  })
})
