import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { createClient, type DataverseResponse } from '@deltaverse/client'
import type { ChangeEvent, Checkpoint } from '@deltaverse/core'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed, describeTable } from '../../src/index.js'
import { type Answer, refusal, type ScriptedServer, startScriptedServer } from './scripted-server.js'
import {
  base,
  changesPage,
  checkpointOf,
  deletion,
  delta,
  deltaLink,
  flat,
  full,
  id,
  instantClock,
  page,
  positionOf,
  sketch,
  thing,
} from './things.js'

let server: ScriptedServer

afterEach(() => server.close())

async function read(
  script: Record<string, Answer | Answer[]>,
  options: Partial<ChangeFeedOptions> = {},
): Promise<ChangeEvent[]> {
  server = await startScriptedServer(script)
  const events: ChangeEvent[] = []
  for await (const event of feedOf(options).changes()) events.push(event)
  return events
}

function feedOf(options: Partial<ChangeFeedOptions> = {}) {
  const known = { entitySet: 'things', primaryKey: 'thingid', tokenLifetimeDays: 0, random: () => 1 }
  // What the guard asks for in addition is shown in gap-guard.test.ts.
  return createChangeFeed(server.client, { ...known, gapGuard: false, clock: instantClock(), ...options })
}

const gap = { link: '/things?$deltatoken=1', keysOnly: true, issuedAt: '2026-03-15T09:41:07.000Z' }
const oneRow = { things: page([thing(1)], { '@odata.deltaLink': deltaLink }) }

describe('a body', () => {
  it('may have its links before or behind the rows', async () => {
    const wanted = ['reset 1 initial', 'upserted 1', 'complete 1 with 1', 'incremental end']
    expect(sketch(await read(oneRow))).toEqual(wanted)
    await server.close()
    const before = { '@odata.context': full, '@odata.deltaLink': deltaLink, value: [thing(1)] }
    expect(sketch(await read({ things: before }))).toEqual(wanted)
  })

  it('may hold annotations and members nobody knows, and begin with a byte order mark', async () => {
    const body = {
      ...page([thing(1, { 'name@x.y': 'z', name: 'n' })], { '@odata.deltaLink': deltaLink }),
      new: { value: [1] },
    }
    const [, change] = await read({ things: `\ufeff${JSON.stringify(body, undefined, 1)}` })
    expect(change).toMatchObject({ kind: 'upserted', rowVersion: '1', row: { 'name@x.y': 'z', name: 'n' } })
  })

  it('may have an empty value', async () => {
    const body = { '@odata.context': full, value: [], '@odata.deltaLink': deltaLink }
    expect(sketch(await read({ things: body }))).toEqual([
      'reset 1 initial',
      'complete 1 with 0',
      'incremental end',
    ])
  })

  it('may come in single bytes, and compressed', async () => {
    const body = Buffer.from(
      JSON.stringify(page([thing(1, { name: 'Luleå 🜨' })], { '@odata.deltaLink': deltaLink })),
    )
    const inBytes = (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      for (const byte of body) response.write(Buffer.from([byte]))
      response.end()
    }
    const compressed = (response: ServerResponse) => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync(body))
    }
    for (const answer of [inBytes, compressed]) {
      const [, change] = await read({ things: answer })
      expect(change).toMatchObject({ row: { name: 'Luleå 🜨' } })
      await server.close()
    }
    await read(oneRow)
  })

  it('hands its bytes on as they came', async () => {
    const text = `{"@odata.etag":"W/\\"1\\"","big":9007199254740993,"money":20000.0000,"thingid":"${id(1)}"}`
    const [, change] = await read({ things: `{"value":[${text}],"@odata.deltaLink":"${deltaLink}"}` })
    if (change?.kind !== 'upserted') throw new Error('no row')
    expect(Buffer.from(change.bytes).toString()).toBe(text)
    expect(change.row).toMatchObject({ big: '9007199254740993', money: 20_000 })
  })

  it('loses digits only on request', async () => {
    const text = `{"big":9007199254740993,"thingid":"${id(1)}"}`
    const [, change] = await read(
      { things: `{"value":[${text}],"@odata.deltaLink":"${deltaLink}"}` },
      { exactNumbers: false },
    )
    expect(change).toMatchObject({ row: { big: 9_007_199_254_740_992 } })
  })

  it('that is no page is refused with its place and address', async () => {
    const reading = read({ things: '{"value":[{"thingid":"1"} {"thingid":"2"}]}' })
    await expect(reading).rejects.toMatchObject({ code: 'bad-response' })
    await expect(reading).rejects.toThrow(
      /\/api\/data\/v9\.2\/things cannot be read: expected a comma.*byte 26/,
    )
  })

  it('with a row above the limit is refused with what to do', async () => {
    const things = page([thing(1, { text: 'x'.repeat(1000) })], { '@odata.deltaLink': deltaLink })
    const reading = read({ things }, { maxRecordBytes: 500 })
    await expect(reading).rejects.toMatchObject({ code: 'record-too-large' })
    await expect(reading).rejects.toThrow(/raise maxRecordBytes/)
  })

  it('that is no UTF-8 is refused before anybody gets it', async () => {
    const text = JSON.stringify(page([thing(1, { name: 'Luleå' })], { '@odata.deltaLink': deltaLink }))
    const answer = (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from(text, 'latin1'))
    }
    await expect(read({ things: answer })).rejects.toMatchObject({
      code: 'bad-response',
      message: expect.stringContaining('no UTF-8'),
    })
  })

  it('with a row that has no primary key or is no JSON is refused when the row is looked at', async () => {
    const [, keyless] = await read({ things: page([{ name: 'n' }], { '@odata.deltaLink': deltaLink }) })
    expect(() => (keyless as { id: string }).id).toThrow(/no "thingid"/)
    await server.close()
    const [, broken] = await read({ things: `{"value":[{"a":tru}],"@odata.deltaLink":"${deltaLink}"}` })
    expect(() => (broken as { row: unknown }).row).toThrow(/not valid JSON/)
  })

  it('is checked to the last byte by the strict decoder', async () => {
    const reading = read(
      { things: `{"value":[{"a":tru}],"@odata.deltaLink":"${deltaLink}"}` },
      { decoder: 'stream-json' },
    )
    await expect(reading).rejects.toMatchObject({ code: 'bad-response' })
    await server.close()
    expect(sketch(await read(oneRow, { decoder: 'stream-json' }))).toHaveLength(4)
    await server.close()
    const invalidText = Buffer.concat([
      Buffer.from('{"value":[{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}]}'),
    ])
    const bytes = (response: ServerResponse) => response.writeHead(200).end(invalidText)
    await expect(read({ things: bytes }, { decoder: 'stream-json' })).rejects.toMatchObject({
      code: 'bad-response',
    })
  })
})

describe('a body that breaks off', () => {
  const cut =
    (rows: number): Answer =>
    (response) => {
      const text = JSON.stringify(page([thing(1), thing(2)], { '@odata.deltaLink': deltaLink }))
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
      const until = rows === 0 ? 5 : text.indexOf(id(rows)) + 40
      response.write(text.slice(0, until), () => response.destroy())
    }
  const endedCleanly: Answer = '{"value":[{"thingid":"1"},'
  const whole = page([thing(1), thing(2)], { '@odata.deltaLink': deltaLink })

  it('is asked for again, so that no row is left out', async () => {
    const events = await read({ things: [cut(0), cut(1), endedCleanly, whole] })
    expect(server.requests).toHaveLength(4)
    expect(sketch(events).slice(-4)).toEqual([
      'upserted 1',
      'upserted 2',
      'complete 1 with 2',
      'incremental end',
    ])
  })

  it('is asked for again when its compressed bytes are damaged', async () => {
    const body = Buffer.from(JSON.stringify(oneRow.things))
    const zipped = gzipSync(body)
    zipped[zipped.length - 6]! ^= 0xff
    const damaged = (response: ServerResponse) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped)
    }
    const events = await read({ things: [damaged, oneRow.things] })
    expect(sketch(events).slice(-3)).toEqual(['upserted 1', 'complete 1 with 1', 'incremental end'])
    expect(server.requests).toEqual(['things', 'things'])
  })

  it('is given up after the retries allowed, with longer and longer waits in between', async () => {
    const clock = instantClock()
    const reading = read({ things: endedCleanly }, { clock, maxPageRetries: 3 })
    await expect(reading).rejects.toMatchObject({ code: 'bad-response', retryable: true })
    expect(server.requests).toHaveLength(4)
    expect(clock.waits).toEqual([500, 1000, 2000])
  })
})

describe('a last page', () => {
  it('without a delta link means that tracking was not applied, and is an error', async () => {
    const reading = read({ things: { '@odata.context': full, value: [thing(1)] } }, { annotations: '*' })
    await expect(reading).rejects.toMatchObject({ code: 'change-tracking-not-applied' })
    await expect(reading).rejects.toThrow(/without a delta link.*try without/)
  })

  it.each([{ error: { code: '0x0', message: 'down' } }, { status: 'maintenance' }])(
    'that is JSON of somebody else is asked for again, and never passes for nothing changed: %j',
    async (body) => {
      const good = checkpointOf(await read(oneRow))
      await server.close()
      const changed = changesPage([thing(2)], { '@odata.deltaLink': deltaLink })
      const events = await read({ [delta]: [body, changed] }, { checkpoint: good })
      expect(sketch(events)).toEqual(['upserted 2', 'incremental end'])
      await server.close()
      await expect(read({ [delta]: body }, { checkpoint: good })).rejects.toMatchObject({
        code: 'bad-response',
        retryable: true,
        message: expect.stringMatching(/no page of rows(?!.*(?:error|maintenance))/),
      })
    },
  )

  it('of a delta without links and rows means that nothing changed', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    for (const body of ['', '{}', { value: [] }]) {
      const events = await read({ [delta]: body }, { checkpoint })
      expect(sketch(events)).toEqual(['incremental end'])
      expect(positionOf(events).deltaLink).toBe(flat(checkpoint).deltaLink)
      await server.close()
    }
    const rows = read({ [delta]: changesPage([thing(1)], {}) }, { checkpoint })
    await expect(rows).rejects.toMatchObject({ code: 'change-tracking-not-applied' })
  })
})

describe('links', () => {
  it('are followed byte for byte, at the host the caller named', async () => {
    const next =
      'things?$select=a&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253c%22%20/%3E'
    const events = await read({
      things: page([thing(1)], { '@odata.nextLink': `${base}/${next}` }),
      [next]: page([thing(2)], { '@odata.deltaLink': deltaLink }),
    })
    expect(server.requests).toEqual(['things', next])
    expect(sketch(events)).toEqual([
      'reset 1 initial',
      'upserted 1',
      'snapshot next',
      'upserted 2',
      'complete 1 with 2',
      'incremental end',
    ])
    expect(positionOf(events)).toMatchObject({
      deltaLink: `/api/data/v9.2/${delta}`,
      deltaToken: '2!03/15/2026 09:41:07',
      phase: 'incremental',
    })
  })

  it('are asked for with the same preferences on every page', async () => {
    const checkpoint = checkpointOf(await read(oneRow, { pageSize: 500, annotations: 'a.b' }))
    const wanted = 'odata.track-changes,odata.maxpagesize=500,odata.include-annotations="a.b"'
    expect(server.headers[0]?.prefer).toBe(wanted)
    await server.close()
    await read({ [delta]: changesPage([], { '@odata.deltaLink': deltaLink }) }, { checkpoint, pageSize: 500 })
    expect(server.headers[0]?.prefer).toBe('odata.track-changes,odata.maxpagesize=500')
  })
})

describe('a delta', () => {
  it('tells deletions by their ids, in the order of the service', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    const tolerated = {
      id: `https://x/things(${id(4).toUpperCase()})`,
      reason: 'changed',
      ...{ '@odata.context': deletion(4)['@odata.context'] },
    }
    const events = await read(
      {
        [delta]: changesPage([thing(2), deletion(3), tolerated, thing(5, { note: '$deletedEntity' })], {
          '@odata.deltaLink': deltaLink,
        }),
      },
      { checkpoint },
    )
    expect(sketch(events)).toEqual(['upserted 2', 'deleted 3', 'deleted 4', 'upserted 5', 'incremental end'])
    expect(events[2]).toMatchObject({ reason: 'changed' })
  })

  it('that is refused because the token expired becomes a full read of the next epoch', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    const events = await read({ ...oneRow, [delta]: refusal(400, '0x80044352') }, { checkpoint })
    expect(sketch(events)).toEqual([
      'reset 2 token-expired',
      'upserted 1',
      'complete 2 with 1',
      'incremental end',
    ])
  })

  it('that silently holds all rows becomes a full read too', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    const everything = page([thing(1), thing(2)], { '@odata.deltaLink': deltaLink })
    const events = await read({ ...oneRow, [delta]: everything }, { checkpoint })
    expect(sketch(events)).toEqual([
      'reset 2 token-expired',
      'upserted 1',
      'complete 2 with 1',
      'incremental end',
    ])
    expect(server.requests).toEqual([delta, 'things'])
  })

  it('is not asked for when its token is past its time', async () => {
    const checkpoint = checkpointOf(await read(oneRow, { tokenLifetimeDays: 7 }))
    expect(checkpoint.expiresAt).toBe('2026-03-22T09:41:07.000Z')
    await server.close()
    const clock = instantClock(Date.parse('2026-03-22T09:41:07Z'))
    const events = await read(oneRow, { checkpoint, clock })
    expect(sketch(events)[0]).toBe('reset 2 token-expired')
    expect(server.requests).toEqual(['things'])
  })

  it('fails instead of a resync when asked to', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    const reading = read({ [delta]: refusal(400, '0x80044352') }, { checkpoint, onExpired: 'fail' })
    await expect(reading).rejects.toMatchObject({ code: 'delta-token-expired' })
    await expect(reading).rejects.toThrow(/deletions are not reported/)
  })

  it('gives notice before its token expires', async () => {
    const checkpoint = checkpointOf(await read(oneRow, { tokenLifetimeDays: 7 }))
    await server.close()
    const notices: object[] = []
    const clock = instantClock(Date.parse('2026-03-22T08:41:07Z'))
    const script = { [delta]: changesPage([], { '@odata.deltaLink': deltaLink }) }
    await read(script, {
      checkpoint,
      clock,
      onEvent: (event) => event.kind === 'expiring' && notices.push(event),
    })
    expect(notices).toEqual([
      { kind: 'expiring', expiresAt: new Date('2026-03-22T09:41:07Z'), remainingMs: 3_600_000 },
    ])
  })
})

describe('an error in a page that was answered with 200', () => {
  const error = { code: '0x80040216', message: 'An unexpected error occurred' }
  it.each([
    ['a snapshot', 'things', page([thing(1)], {})],
    ['a delta', delta, changesPage([], { '@odata.deltaLink': deltaLink })],
  ])('of %s is told with its code, and never taken for an end', async (_, path, body) => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    const failing = read(
      { ...oneRow, [path]: { ...body, error } },
      { maxPageRetries: 0, ...(path === delta && { checkpoint }) },
    )
    await expect(failing).rejects.toMatchObject({
      code: 'bad-response',
      retryable: true,
      message: expect.stringContaining('0x80040216'),
    })
  })
})

describe('a resume', () => {
  const second = 'things?$skiptoken=2'
  const interrupted = {
    things: page([thing(1)], { '@odata.nextLink': `${base}/${second}` }),
    [second]: page([thing(2)], { '@odata.deltaLink': deltaLink }),
  }

  async function checkpointInMidRead(): Promise<Checkpoint> {
    const events = await read(interrupted)
    await server.close()
    const checkpoint = events.find((event) => event.kind === 'checkpoint')?.checkpoint
    if (checkpoint === undefined) throw new Error('no checkpoint')
    return checkpoint
  }

  it('goes on at the saved page, under the same epoch and without a reset', async () => {
    const checkpoint = await checkpointInMidRead()
    expect(checkpoint).toMatchObject({ phase: 'snapshot', epoch: 1, rowsRead: 1 })
    const events = await read(interrupted, { checkpoint })
    expect(server.requests).toEqual([second])
    expect(sketch(events)).toEqual(['upserted 2', 'complete 1 with 2', 'incremental end'])
  })

  it('starts the read again, under the same epoch, when the service refuses the saved link', async () => {
    const checkpoint = await checkpointInMidRead()
    const script = {
      ...interrupted,
      [second]: [refusal(400, '0x8004112a'), interrupted[second]!] as Answer[],
    }
    const events = await read(script, { checkpoint })
    expect(sketch(events)).toEqual([
      'reset 1 initial',
      'upserted 1',
      'snapshot next',
      'upserted 2',
      'complete 1 with 2',
      'incremental end',
    ])
  })

  it('gives up when the service refuses its own links again and again', async () => {
    const checkpoint = await checkpointInMidRead()
    const reading = read({ ...interrupted, [second]: refusal(400, '0x8004112a') }, { checkpoint })
    await expect(reading).rejects.toMatchObject({ status: 400 })
    expect(server.requests.filter((path) => path === second)).toHaveLength(4)
  })

  it('in the middle of a delta goes on there, or at its start when that link is refused', async () => {
    const nextDelta = 'things?$skiptoken=d2'
    const script = {
      [delta]: changesPage([thing(1)], { '@odata.nextLink': `${base}/${nextDelta}` }),
      [nextDelta]: changesPage([deletion(2)], { '@odata.deltaLink': `${base}/things?$deltatoken=3` }),
    }
    const first = checkpointOf(await read(oneRow))
    await server.close()
    const events = await read(script, { checkpoint: first })
    expect(sketch(events)).toEqual(['upserted 1', 'incremental next', 'deleted 2', 'incremental end'])
    const middle = (events[1] as { checkpoint: Checkpoint }).checkpoint
    expect(flat(middle).deltaLink).toBe(flat(first).deltaLink)
    await server.close()
    expect(sketch(await read(script, { checkpoint: middle }))).toEqual(['deleted 2', 'incremental end'])
    await server.close()
    const refused = { ...script, [nextDelta]: [refusal(404, '0x80060888'), script[nextDelta]!] as Answer[] }
    expect(sketch(await read(refused, { checkpoint: middle }))).toEqual([
      'upserted 1',
      'incremental next',
      'deleted 2',
      'incremental end',
    ])
  })
})

describe('a checkpoint', () => {
  it('of another column list is refused, or read over by option', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    const refused = read(oneRow, { checkpoint, select: ['name'] })
    await expect(refused).rejects.toMatchObject({ code: 'checkpoint-mismatch' })
    await expect(refused).rejects.toThrow(/made for all columns, not for the columns name/)
    await server.close()
    const script = { 'things?$select=name': oneRow.things }
    const events = await read(script, { checkpoint, select: ['name'], onMismatch: 'reset' })
    expect(sketch(events)[0]).toBe('reset 2 schema-changed')
  })

  it('of the same columns in another order is followed', async () => {
    const checkpoint = checkpointOf(
      await read({ 'things?$select=b,a': oneRow.things }, { select: ['b', 'a'] }),
    )
    await server.close()
    const script = { [delta]: changesPage([], { '@odata.deltaLink': deltaLink }) }
    expect(sketch(await read(script, { checkpoint, select: ['a', 'b'] }))).toEqual(['incremental end'])
  })

  it.each([
    ['another table', { source: 'contoso.crm4.dynamics.com/others' }],
    ['another environment', { source: 'fabrikam.crm4.dynamics.com/things' }],
  ])('of %s is refused', async (_, change) => {
    const checkpoint = { ...checkpointOf(await read(oneRow)), ...change }
    await server.close()
    await expect(read(oneRow, { checkpoint })).rejects.toMatchObject({ code: 'checkpoint-mismatch' })
  })

  it('can be left aside on request', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    await server.close()
    expect(sketch(await read(oneRow, { checkpoint, restart: true }))[0]).toBe('reset 2 requested')
  })

  it('survives JSON, and nothing in it is a secret', async () => {
    const checkpoint = checkpointOf(await read(oneRow))
    expect(JSON.parse(JSON.stringify(checkpoint))).toEqual(checkpoint)
    expect(Object.keys(checkpoint).sort()).toEqual([
      'cursor',
      'epoch',
      'isBoundary',
      'issuedAt',
      'phase',
      'source',
      'version',
    ])
    expect(Object.keys(checkpoint.cursor ?? {}).sort()).toEqual([
      'deltaLink',
      'deltaToken',
      'phase',
      'select',
      'selectHash',
    ])
  })

  it.each([
    ['no object', 'text', /an object/],
    ['an unknown version', { version: 3 }, /reads version 2/],
    ['the version before', { version: 1 }, /Use the release that saved it; or remove it/],
    ['a missing link', { cursor: { deltaLink: undefined } }, /"cursor.deltaLink" is missing/],
    ['a wrong type', { epoch: '1' }, /"epoch"/],
    ['an unknown phase', { phase: 'half' }, /"phase"/],
    ['an unknown phase of its own', { cursor: { phase: 'half' } }, /"cursor.phase"/],
    ['no cursor', { cursor: undefined }, /"cursor"/],
    ['a cursor of another source', { cursor: 7 }, /"cursor" must be an object/],
    ['no date', { issuedAt: 'soon' }, /"issuedAt"/],
    ['a wrong list', { cursor: { select: [1] } }, /"cursor.select"/],
    ['an empty link', { cursor: { deltaLink: '' } }, /"cursor.deltaLink"/],
    ['an epoch below the first', { epoch: 0 }, /"epoch"/],
    ['a count that is none', { rowsRead: '7' }, /"rowsRead"/],
    ['an end that is no date', { expiresAt: 'never' }, /"expiresAt"/],
    ['a gap that is none', { cursor: { gap: '/link' } }, /"cursor.gap" must be an object/],
    ['a gap without a link', { cursor: { gap: { ...gap, link: '' } } }, /"cursor.gap.link"/],
    ['a gap of unknown columns', { cursor: { gap: { ...gap, keysOnly: 1 } } }, /"cursor.gap.keysOnly"/],
    ['a gap without a date', { cursor: { gap: { ...gap, issuedAt: undefined } } }, /"cursor.gap.issuedAt"/],
    [
      'a gap that ends at no date',
      { cursor: { gap: { ...gap, expiresAt: 'never' } } },
      /"cursor.gap.expiresAt"/,
    ],
    ['a catch-up without a gap', { cursor: { phase: 'catch-up' } }, /"cursor.gap" is missing/],
    [
      'a catch-up without a delta link',
      { cursor: { phase: 'catch-up', gap, deltaLink: undefined } },
      /"cursor.deltaLink" is/,
    ],
    ['a wrong guard link', { cursor: { guardLink: 5 } }, /"cursor.guardLink"/],
  ])('with %s is refused with the place', async (_, change, message) => {
    const good = checkpointOf(await read(oneRow))
    const checkpoint = (typeof change === 'string' ? change : changed(good, change)) as Checkpoint
    expect(() => feedOf({ checkpoint })).toThrow(message)
    expect(() => feedOf({ checkpoint })).toThrow(expect.objectContaining({ code: 'checkpoint-invalid' }))
  })
})

/** The cursor is changed member by member. */
function changed(good: Checkpoint, change: object): object {
  const cursor = 'cursor' in change ? change.cursor : {}
  return {
    ...good,
    ...change,
    cursor: typeof cursor === 'object' && cursor !== null ? { ...Object(good.cursor), ...cursor } : cursor,
  }
}

describe('next links', () => {
  it.each([
    ['to itself', ['a']],
    ['back to an earlier page', ['a', 'b', 'c']],
  ])('that lead %s are an error, not a read without an end', async (_, names) => {
    const script = Object.fromEntries(
      names.map((name, index) => [
        `things?page=${name}`,
        page([], { '@odata.nextLink': `${base}/things?page=${names[(index + 1) % names.length]}` }),
      ]),
    )
    const first = page([thing(1)], { '@odata.nextLink': `${base}/things?page=${names[0]}` })
    await expect(read({ things: first, ...script })).rejects.toMatchObject({
      code: 'bad-response',
      message: expect.stringContaining('go in a circle'),
    })
    expect(server.requests.length).toBeLessThan(20)
  })

  it.each(['file:///etc/passwd', 5, {}, true])(
    'that are no address are an error of the answer: %j',
    async (link) => {
      await expect(read({ things: page([], { '@odata.nextLink': link }) })).rejects.toMatchObject({
        code: 'bad-response',
        message: expect.stringMatching(/"@odata.nextLink" that cannot be followed/),
      })
    },
  )
})

describe('the definition of a table', () => {
  it('with a name that is none is refused: it would become an address or the name of a file', async () => {
    const definition = { LogicalName: 'thing', EntitySetName: '../../things', PrimaryIdAttribute: 'thingid' }
    server = await startScriptedServer({})
    const client = {
      ...server.client,
      request: async () => ({ json: async () => ({ value: [definition] }) }) as unknown as DataverseResponse,
    }
    await expect(describeTable(client, 'thing')).rejects.toMatchObject({
      code: 'bad-response',
      message: expect.stringContaining('no usable EntitySetName'),
    })
  })
})

describe('a signal', () => {
  it('has no listener left behind a read, however it ended', async () => {
    const { signal } = new AbortController()
    server = await startScriptedServer({
      ...oneRow,
      [delta]: changesPage([], { '@odata.deltaLink': deltaLink }),
    })
    const checkpoint = { ...checkpointOf(await collect(feedOf().changes({ signal }))) }
    for await (const _ of feedOf().changes({ signal })) break
    await collect(feedOf({ checkpoint }).changes({ signal }))
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(dependantsOf(signal)).toBe(0)
  })
})

/** How many signals Node keeps a note of on this one, which AbortSignal.any() adds to. */
function dependantsOf(signal: AbortSignal): number {
  const key = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === 'kDependantSignals',
  )
  const dependants = key === undefined ? undefined : Reflect.get(signal, key)
  return dependants instanceof Set ? dependants.size : 0
}

async function collect(events: AsyncIterable<ChangeEvent>): Promise<ChangeEvent[]> {
  const collected: ChangeEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

describe('a page', () => {
  const others = `${base}/$metadata#others`
  const otherDeletion = { '@odata.context': `${others}/$deletedEntity`, id: id(7), reason: 'deleted' }
  const checkpointed = async (script: Record<string, Answer | Answer[]>) => {
    server = await startScriptedServer({ ...oneRow, ...script })
    const events: ChangeEvent[] = []
    for await (const event of feedOf().changes()) events.push(event)
    return feedOf({ checkpoint: checkpointOf(events) })
  }

  it.each([
    ['of all rows', `${others}`],
    ['of some columns', `${others}(name,otherid)`],
    ['of a collection of something', `${base}/$metadata#Collection(mscrm.thing)`],
    ['of a table that begins with the same letters', `${base}/$metadata#thingsandmore`],
  ])('of another table is refused in a full read: %s', async (_, context) => {
    server = await startScriptedServer({
      things: { '@odata.context': context, value: [thing(1)], '@odata.deltaLink': deltaLink },
    })
    await expect(collect(feedOf().changes())).rejects.toMatchObject({
      code: 'bad-response',
      message: expect.stringMatching(
        /the page at .*\/things .*(others|Collection|thingsandmore).*not of things/,
      ),
    })
  })

  it('of another table is refused in a delta, with rows and without', async () => {
    for (const value of [[thing(1)], []]) {
      const feed = await checkpointed({
        [delta]: { '@odata.context': `${others}/$delta`, value, '@odata.deltaLink': deltaLink },
      })
      await expect(collect(feed.changes())).rejects.toThrow(/others.*not of things/)
      await server.close()
    }
  })

  it('may not hold a deletion of another table, and says which row', async () => {
    const feed = await checkpointed({
      [delta]: changesPage([thing(3), otherDeletion], { '@odata.deltaLink': deltaLink }),
    })
    await expect(collect(feed.changes())).rejects.toMatchObject({
      code: 'bad-response',
      message: expect.stringMatching(new RegExp(`deletion of row ${id(7)} of others`)),
    })
  })

  it('may come without a context, and with the context of its own table in every form', async () => {
    for (const context of [undefined, full, `${full}(name)`, `${base}/$metadata#things(name,parent(name))`]) {
      server = await startScriptedServer({
        things: { '@odata.context': context, value: [thing(1)], '@odata.deltaLink': deltaLink },
      })
      expect(sketch(await collect(feedOf().changes()))).toContain('upserted 1')
      await server.close()
    }
  })

  it.each([
    ['with nothing in it', {}],
    ['with a link alone', { '@odata.context': full, '@odata.deltaLink': deltaLink }],
    ['with an empty body', ''],
  ])('of a full read %s is no empty table', async (_, body) => {
    server = await startScriptedServer({ things: body })
    const events: ChangeEvent[] = []
    const reading = (async () => {
      for await (const event of feedOf({ maxPageRetries: 1 }).changes()) events.push(event)
    })()
    await expect(reading).rejects.toMatchObject({
      code: 'bad-response',
      message: expect.stringMatching(/"value"/),
    })
    expect(events.filter(({ kind }) => kind === 'complete' || kind === 'checkpoint')).toEqual([])
  })

  it.each([
    ['keys', () => collect(feedOf().keys() as never)],
    ['rows', () => collect(feedOf().rows([id(1)]) as never)],
    ['the guard of a full read', () => collect(feedOf({ gapGuard: true }).changes())],
    ['a copy', () => collect(feedOf({ mode: 'full-copy' }).changes())],
  ])('without "value" is no empty table for %s', async (_, ask) => {
    const empty = (response: ServerResponse) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    const filter = `things?$filter=thingid%20eq%20${id(1)}`
    server = await startScriptedServer({ things: empty, 'things?$select=thingid': empty, [filter]: empty })
    await expect(ask()).rejects.toMatchObject({ code: 'bad-response' })
  })

  it('of a delta may say that nothing changed by saying nothing', async () => {
    const feed = await checkpointed({ [delta]: {} })
    expect(sketch(await collect(feed.changes()))).toEqual(['incremental end'])
  })
})

describe('errors', () => {
  const secret = 'hunter2-token-of-a-link'
  const link = `things?$deltatoken=${secret}`
  const next = `things?$skiptoken=${secret}`
  const say = (text: string) => (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(text)
  }
  const failures: Readonly<Record<string, Answer>> = {
    'a refusal': refusal(400, '0x80040203', `cannot read ${secret}`),
    'a refusal that repeats the address': refusal(400, '0x80040203', `no resource at ${base}/${link}`),
    'a busy service': refusal(503, '0x80072322'),
    'a gone page': refusal(404, '0x80060888'),
    'a redirect': (response) => response.writeHead(302, { location: `/login?back=${secret}` }).end(),
    'a cut body': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"value":[')
      setImmediate(() => response.destroy())
    },
    'no answer': (response) => void response.destroy(),
    'text that is no JSON': say('<html>'),
    'JSON that is no page': say('{"a":1}'),
    'an error in the page': say(`{"value":[],"error":{"code":"0x80040216","message":"at ${secret}"}}`),
    'a link that cannot be followed': say(`{"value":[],"@odata.nextLink":"ftp://x/?$skiptoken=${secret}"}`),
    'a circle of links': say(`{"value":[],"@odata.nextLink":"${base}/${next}"}`),
    'the page of another table': say(`{"@odata.context":"${base}/$metadata#others/$delta","value":[]}`),
    'a row that is too long': say(`{"value":[{"x":"${'x'.repeat(5_000)}"}]}`),
  }

  it.each(Object.keys(failures))('never repeat the token of a link: %s', async (what) => {
    const failing = failures[what] ?? ''
    server = await startScriptedServer({
      things: page([thing(1)], { '@odata.deltaLink': `${base}/${link}` }),
      [link]: failing,
      [next]: failing,
    })
    const client = createClient({
      url: server.url,
      random: () => 0,
      retry: { maxAttempts: 2, baseDelayMs: 1 },
      onEvent: tell,
    })
    const told: unknown[] = []
    function tell(event: { readonly kind: string; readonly error?: unknown }): void {
      told.push(event.error)
    }
    const options = {
      entitySet: 'things',
      primaryKey: 'thingid',
      tokenLifetimeDays: 0,
      gapGuard: false,
    } as const
    const clock = instantClock()
    const feed = createChangeFeed(client, {
      ...options,
      clock,
      maxRecordBytes: 4_000,
      onExpired: 'fail',
      onEvent: tell,
    })
    const events = await collect(feed.changes())
    const reading = collect(feed.changes({ checkpoint: checkpointOf(events) }))
    const error = await reading.then(
      () => undefined,
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(Error)
    for (const one of [error, ...told]) {
      if (one === undefined) continue
      for (let cause: unknown = one; cause instanceof Error; cause = cause.cause) {
        expect(`${cause.message} ${JSON.stringify(cause)} ${inspect(cause)}`).not.toContain(secret)
      }
    }
    await client.close()
  })
})

describe('options', () => {
  it.each([
    [{ entitySet: 'things?x' }],
    [{ select: [] }],
    [{ pageSize: 0 }],
    [{ pageSize: 1.5 }],
    [{ readAheadBytes: -1 }],
    [{ maxRecordBytes: 0 }],
    [{ decoder: 'fast' as never }],
    [{ onExpired: 'ignore' as never }],
    [{ tokenLifetimeDays: -1 }],
    [{ annotations: 'a"b' }],
    [{ annotations: 5 as never }],
    [{ select: 'name' as never }],
    [{ select: [5] as never }],
    [{ entitySet: undefined as never }],
    [{ primaryKey: '' }],
    [{ restart: 'false' as never }],
    [{ exactNumbers: 'no' as never }],
    [{ gapGuard: 0 as never }],
    [{ onEvent: true as never }],
    [{ clock: {} as never }],
    [{ random: 0.5 as never }],
    [{ maxDepth: 0 }],
    [{ gapguard: false } as never],
  ])('that cannot be right are refused at once: %j', async (options) => {
    server = await startScriptedServer({})
    expect(() => feedOf(options)).toThrow(/must|not|has no option|is required/)
    expect(server.requests).toEqual([])
  })

  it('have no other names than those that there are', async () => {
    server = await startScriptedServer({})
    expect(() => feedOf({ onExpire: 'fail' } as never)).toThrow(
      'createChangeFeed() has no option "onExpire". Did you mean onExpired?',
    )
    await expect(() =>
      feedOf()
        .read({ restarted: true } as never)
        .next(),
    ).rejects.toThrow('a read of a feed has no option "restarted". Did you mean restart?')
    expect(() => feedOf().follow({ maxInterval: 5 } as never)).toThrow(
      'follow() of a feed has no option "maxInterval". Did you mean maxIntervalMs?',
    )
  })

  it('bound the levels of brackets in a row', async () => {
    const deep = { thingid: id(1), nested: [[[[['x']]]]] }
    server = await startScriptedServer({ things: page([deep], { '@odata.deltaLink': deltaLink }) })
    expect(sketch(await collect(feedOf({ maxDepth: 6 }).changes()))).toContain('upserted 1')
    const reading = collect(feedOf({ maxDepth: 5 }).changes())
    await expect(reading).rejects.toThrow(/more than 5 levels of brackets .*row 0.*raise maxDepth/)
    await expect(reading).rejects.toMatchObject({ code: 'bad-response' })
  })

  it('include a client', () => {
    expect(() => createChangeFeed(undefined as never, { entitySet: 'things' })).toThrow(/takes a client/)
    expect(() => createChangeFeed(server.client, undefined as never)).toThrow(/an object of options/)
  })

  it('of a call are no signal, which would never be listened to', async () => {
    server = await startScriptedServer(oneRow)
    const { signal } = new AbortController()
    const first = (call: never) => feedOf().changes(call).next()
    await expect(first(signal as never)).rejects.toThrow(/options such as { signal }/)
    await expect(first(null as never)).rejects.toThrow(/options such as { signal }/)
    await expect(first({ signal: new AbortController() } as never)).rejects.toThrow(/must be an AbortSignal/)
    expect(() => feedOf().follow(signal as never)).toThrow(/options such as { signal }/)
    expect(server.requests).toEqual([])
  })
})
