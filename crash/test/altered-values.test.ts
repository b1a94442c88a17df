import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeEverySink } from './support/every-sink.js'

const kinds = {
  new_name: ['string', 'Ä\u00a0"x"'],
  new_notes: ['memo', 'a\nb\tc'],
  new_count: ['integer', -7],
  new_big: ['bigint', 9_007_199_254_740_991],
  new_share: ['decimal', 0.1],
  new_price: ['money', 1234.5],
  new_double: ['double', 1e-17],
  new_isopen: ['boolean', false],
  new_when: ['datetime', '2029-03-25T01:30:00Z'],
} as const

const table = {
  logicalName: 'new_thing',
  changeTrackingEnabled: true,
  columns: Object.entries(kinds).map(([logicalName, [type]]) => ({ logicalName, type })),
}

let emulator: Emulator
let client: DataverseClient
const zone = process.env.TZ

beforeAll(async () => {
  emulator = await startEmulator({ tables: [table] })
  client = createClient({ url: emulator.url })
  const full = Object.fromEntries(Object.entries(kinds).map(([name, [, value]]) => [name, value]))
  for (let row = 0; row < 6; row += 1) {
    emulator.table('new_things').create(row % 2 === 0 ? full : { new_name: `Row ${row}` })
  }
})
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

const selected = [...Object.keys(kinds), 'statecode']

// All columns as well: then rows come without some of them.
for (const select of [selected, undefined]) {
  const feed = () => createChangeFeed(client, { entitySet: 'new_things', select })
  describeEverySink(
    `rows that somebody altered in the target, ${select === undefined ? 'all' : 'some'} columns`,
    (open) => {
      it('are none where nobody did, whatever the kinds of columns and the time zone', async () => {
        const sink = open('things')
        await sink.run(feed())
        for (const other of ['UTC', 'Asia/Kolkata', 'America/St_Johns']) {
          process.env.TZ = other
          const found = await sink.verify(feed())
          expect(found).toMatchObject({ ok: true, altered: 0, comparedValues: sink.alter !== undefined })
        }
      })

      it('are found though their versions are right, and mended', async () => {
        const sink = open('things')
        const { alter } = sink
        // Files have checksums: what was altered in them is refused, not compared.
        if (alter === undefined) return
        await sink.run(feed())
        const before = await sink.text()
        for (const set of ["new_name = 'Somebody'", 'new_price = 7', 'new_count = NULL', 'new_when = NULL']) {
          await alter(set)
          const found = await sink.verify(feed())
          expect(found, set).toMatchObject({ ok: false, missing: 0, stale: 0, extra: 0, repaired: 0 })
          expect(found.altered, set).toBeGreaterThanOrEqual(3)
          expect(found.sample[0]).toMatchObject({ kind: 'altered' })
          const mended = await sink.verify(feed(), { repair: true })
          expect(mended.repaired, set).toBe(found.altered)
          expect(await sink.verify(feed())).toMatchObject({ ok: true, altered: 0 })
        }
        expect([...before].sort()).toEqual([...(await sink.text())].sort())
      })
    },
  )
}
