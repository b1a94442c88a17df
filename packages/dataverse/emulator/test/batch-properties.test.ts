import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { createTestClock, guid, send } from './support/api.js'
import { flat, type Item, type Operation, sendBatch } from './support/batch.js'
import { things } from './support/things.js'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

function start(stateDirectory?: string): Promise<Emulator> {
  return startEmulator({ tables: [things], clock: createTestClock().read, stateDirectory })
}

const id = fc.integer({ min: 1, max: 5 }).map(guid)
const values = fc.record(
  {
    new_name: fc.constantFrom('A', 'B', 'Ümlaut'),
    new_code: fc.constantFrom('k1', 'k2', 'k3'),
    new_site: fc.constantFrom(1, 2, 1000),
    statecode: fc.constantFrom(0, 1),
  },
  { requiredKeys: [] },
)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    method: fc.constant('POST'),
    url: fc.constant('new_things'),
    body: fc
      .tuple(values, fc.option(id, { nil: undefined }))
      .map(([row, key]) => ({ ...row, new_thingid: key })),
  }),
  fc.record({
    method: fc.constant('PATCH'),
    url: id.map((each) => `new_things(${each})`),
    body: values,
    headers: fc.constantFrom({}, { 'If-Match': '*' }, { 'If-None-Match': '*' }),
  }),
  fc.record({ method: fc.constant('PATCH'), url: fc.constant("new_things(new_code='k1')"), body: values }),
  fc.record({ method: fc.constant('DELETE'), url: id.map((each) => `new_things(${each})`) }),
  fc.record({
    method: fc.constant('PUT'),
    url: id.map((each) => `new_things(${each})/new_Parent/$ref`),
    body: id.map((each) => ({ '@odata.id': `new_things(${each})` })),
  }),
  fc.record({
    method: fc.constant('POST'),
    url: fc.constant('new_things/Microsoft.Dynamics.CRM.UpsertMultiple'),
    body: fc.array(fc.tuple(values, id), { minLength: 1, maxLength: 3 }).map((rows) => ({
      Targets: rows.map(([row, key]) => ({
        ...row,
        new_thingid: key,
        '@odata.type': 'Microsoft.Dynamics.CRM.new_thing',
      })),
    })),
  }),
)
const operations = fc.array(operation, { minLength: 1, maxLength: 12 })
const impossible: Operation = {
  method: 'PATCH',
  url: `new_things(${guid(99)})`,
  body: {},
  headers: { 'If-Match': '*' },
}

/** Everything that can be seen from outside. */
async function stateOf(emulator: Emulator, deltaLink: string): Promise<unknown> {
  const read = (path: string, headers = {}) => send(emulator, 'GET', path, { headers })
  return {
    rows: emulator.table('new_things').rows(),
    history: emulator.history(),
    list: (await read('new_things?$orderby=new_name', { Prefer: 'odata.include-annotations="*"' })).json,
    delta: (await read(deltaLink)).json,
    byKey: (await read("new_things(new_code='k1')")).json,
    children: (await read(`new_things(${guid(1)})/new_thing_children`)).json,
  }
}

const firstRead = async (emulator: Emulator): Promise<string> => {
  const answer = await send(emulator, 'GET', 'new_things', { headers: { Prefer: 'odata.track-changes' } })
  return String(answer.json['@odata.deltaLink'])
}

const journalOf = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}: ${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
    .sort()

/** What a request came to: its status, and what of the answer does not hold the server's address. */
const outcomeOf = (status: number, text: string): unknown => [status, text.replaceAll(/http:\/\/[^/]*/g, '')]

describe('changesets', () => {
  it('that fail leave rows, versions, deltas, journal and all else exactly as before', async () => {
    await fc.assert(
      fc.asyncProperty(operations, operations, fc.nat(12), async (before, changes, at) => {
        const directory = mkdtempSync(join(tmpdir(), 'emulator-'))
        directories.push(directory)
        const emulator = await start(directory)
        try {
          const deltaLink = await firstRead(emulator)
          await sendBatch(emulator, before, { Prefer: 'odata.continue-on-error' })
          const state = await stateOf(emulator, deltaLink)
          const journal = journalOf(directory)
          const failing = changes.toSpliced(at, 0, impossible)
          const answer = await sendBatch(emulator, [failing])
          expect(answer.status).toBe(400)
          expect(flat(answer)).toHaveLength(1)
          expect(await stateOf(emulator, deltaLink)).toEqual(state)
          expect(journalOf(directory)).toEqual(journal)
        } finally {
          await emulator.close()
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('batches', () => {
  it('cut in any way leave what the same single requests leave, and answer the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 12 }),
        async (all, sizes) => {
          const singles = await start()
          const batches = await start()
          try {
            const links = [await firstRead(singles), await firstRead(batches)]
            const expected: unknown[] = []
            for (const { method, url, body, headers = {} } of all) {
              const answer = await send(singles, method, url, {
                headers,
                ...(body === undefined ? {} : { body }),
              })
              expected.push(outcomeOf(answer.status, answer.text))
            }
            const seen: unknown[] = []
            for (let start = 0, turn = 0; start < all.length; turn += 1) {
              const items: readonly Item[] = all.slice(start, start + sizes[turn]!)
              start += items.length
              const answer = await sendBatch(batches, items, { Prefer: 'odata.continue-on-error' })
              seen.push(...flat(answer).map(({ status, text }) => outcomeOf(status, text)))
            }
            expect(seen).toEqual(expected)
            const [left, right] = [await stateOf(singles, links[0]!), await stateOf(batches, links[1]!)]
            const plain = (state: unknown) =>
              JSON.stringify(state, (_, value) =>
                typeof value === 'bigint' ? String(value) : value,
              ).replaceAll(/http:\/\/[^/]*/g, '')
            expect(plain(right)).toBe(plain(left))
          } finally {
            await singles.close()
            await batches.close()
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('of changesets that succeed leave what the same single requests leave', async () => {
    await fc.assert(
      fc.asyncProperty(operations, async (all) => {
        const singles = await start()
        const changesets = await start()
        try {
          for (const each of all) {
            const { method, url, body, headers = {} } = each
            const answer = await send(singles, method, url, {
              headers,
              ...(body === undefined ? {} : { body }),
            })
            const batch = await sendBatch(changesets, [[each]])
            expect(flat(batch)[0]?.status).toBe(answer.status)
          }
          expect(changesets.table('new_things').rows()).toEqual(singles.table('new_things').rows())
          expect(changesets.history()).toEqual(singles.history())
        } finally {
          await singles.close()
          await changesets.close()
        }
      }),
      { numRuns: 25 },
    )
  })
})
