import { type ChangeEvent, type Checkpoint, isDataverseError } from '@deltaverse/core'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed } from '../../src/index.js'
import { type Answer, refusal, type ScriptedServer, startScriptedServer } from './scripted-server.js'
import { base, changesPage, deletion, full, id, instantClock, page, sketch, thing } from './things.js'

let server: ScriptedServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

const all = 'things?$select=name'
const link = `${all}&$deltatoken=7`
const second = `${all}&$skiptoken=2`
const named = (index: number, name = `N${index}`) => thing(index, { name })
const look = (...indexes: number[]) =>
  `${all}&$filter=${indexes.map((index) => `thingid%20eq%20${id(index)}`).join('%20or%20')}`
const delta = (rows: object[], more: object) => ({
  ...changesPage(rows, more),
  '@odata.context': `${full}(name)/$delta`,
})
const next = { '@odata.nextLink': `${base}/${second}` }
const end = { '@odata.deltaLink': `${base}/${all}&$deltatoken=9` }

interface Read {
  readonly events: readonly ChangeEvent[]
  /** Those of the delta. */
  readonly requests: readonly string[]
  readonly error?: unknown
}

/** Reads a table of one row, and then the delta of a script from some page on. */
async function readDelta(
  script: Record<string, Answer | Answer[]>,
  { resumeAt, ...options }: Partial<ChangeFeedOptions> & { readonly resumeAt?: string } = {},
): Promise<Read> {
  server = await startScriptedServer({
    ...script,
    'things?$select=thingid': page([thing(1)], end),
    [all]: page([named(1)], { '@odata.deltaLink': `${base}/${link}` }),
  })
  const feed = createChangeFeed(server.client, {
    entitySet: 'things',
    primaryKey: 'thingid',
    tokenLifetimeDays: 0,
    select: ['name'],
    clock: instantClock(),
    random: () => 0,
    ...options,
  })
  let saved: Checkpoint | undefined
  for await (const event of feed.changes()) if (event.kind === 'checkpoint') saved = event.checkpoint
  if (saved === undefined) throw new Error('the full read gave no checkpoint')
  const before = server.requests.length
  const checkpoint =
    resumeAt === undefined
      ? saved
      : { ...saved, cursor: { ...Object(saved.cursor), nextLink: `/api/data/v9.2/${resumeAt}` } }
  const events: ChangeEvent[] = []
  let failure: object = {}
  try {
    for await (const event of feed.changes({ checkpoint })) events.push(event)
  } catch (error) {
    failure = { error }
  }
  return { events, requests: server.requests.slice(before), ...failure }
}

describe('a deletion behind its row in one delta', () => {
  it('is dropped where the row is there, which is told as it is now', async () => {
    const { events, requests } = await readDelta({
      [link]: delta([named(1), named(2), deletion(3), deletion(2)], end),
      [look(2)]: page([named(2, 'again')], {}),
    })
    expect(sketch(events)).toEqual(['upserted 1', 'upserted 2', 'deleted 3', 'upserted 2', 'incremental end'])
    expect(events.at(-2)).toMatchObject({ row: { name: 'again' } })
    expect(requests).toEqual([link, look(2)])
  })

  it('stands where the row is gone', async () => {
    const { events } = await readDelta({
      [link]: delta([named(1), deletion(1)], end),
      [look(1)]: page([], {}),
    })
    expect(sketch(events)).toEqual(['upserted 1', 'deleted 1', 'incremental end'])
  })

  it('is not looked up where the row comes behind it, or not at all', async () => {
    const { events, requests } = await readDelta({ [link]: delta([deletion(2), named(2), deletion(1)], end) })
    expect(sketch(events)).toEqual(['deleted 2', 'upserted 2', 'deleted 1', 'incremental end'])
    expect(requests).toEqual([link])
  })

  it.each([true, false])('is found over pages (with the guard: %s)', async (gapGuard) => {
    const { events } = await readDelta(
      {
        [link]: delta([named(1), named(2)], next),
        [second]: delta([deletion(2)], end),
        [look(2)]: page([named(2)], {}),
      },
      { gapGuard },
    )
    expect(sketch(events.slice(-3))).toEqual(['incremental next', 'upserted 2', 'incremental end'])
  })

  it('is found behind a resume too: the delta is read once more for the ids of its rows', async () => {
    const script = {
      [link]: delta([named(2), named(3)], next),
      [second]: delta([deletion(2), deletion(1)], end),
      [look(2)]: page([named(2)], {}),
    }
    const { events, requests } = await readDelta(script, { gapGuard: false, resumeAt: second })
    expect(sketch(events)).toEqual(['upserted 2', 'deleted 1', 'incremental end'])
    expect(requests).toEqual([second, link, second, look(2)])
  })

  it('costs nothing behind a resume where there is no deletion', async () => {
    const script = { [link]: delta([named(2)], next), [second]: delta([named(3)], end) }
    const { requests } = await readDelta(script, { gapGuard: false, resumeAt: second })
    expect(requests).toEqual([second])
  })

  it('ends the read where it cannot be looked up, and does not pass for a dead token', async () => {
    const { events, requests, error } = await readDelta({
      [link]: delta([named(1), deletion(1)], end),
      [look(1)]: refusal(400, '0x80060888', 'no such column'),
    })
    expect(isDataverseError(error) && error.code).toBe('bad-request')
    expect(String(error)).toMatch(/delta of things .* cannot be looked up \(1, the first is .*no such column/)
    expect(sketch(events)).toEqual([])
    expect(requests).toEqual([link, look(1)])
  })
})

it('the catch-up behind a full read does the same', async () => {
  const token = '$deltatoken=5'
  const keys = 'things?$select=thingid'
  server = await startScriptedServer({
    [keys]: page([thing(1), thing(2)], { '@odata.deltaLink': `${base}/${keys}&${token}` }),
    [all]: page([named(1)], next),
    [second]: page([named(2)], end),
    [`${all}&${token}`]: delta([named(1), deletion(1)], end),
    [look(1)]: page([named(1)], {}),
  })
  const feed = createChangeFeed(server.client, {
    entitySet: 'things',
    primaryKey: 'thingid',
    tokenLifetimeDays: 0,
    select: ['name'],
    clock: instantClock(),
  })
  const events: ChangeEvent[] = []
  for await (const event of feed.changes()) events.push(event)
  expect(sketch(events.slice(-4))).toEqual([
    'upserted 1',
    'upserted 1',
    'complete 1 with 2',
    'incremental end',
  ])
})
