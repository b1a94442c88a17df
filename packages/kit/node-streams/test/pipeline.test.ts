import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  batch,
  type ChangeLine,
  fromJsonArray,
  fromNdjson,
  onlyUpserts,
  toNdjson,
} from '@deltaverse/node-streams'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collect } from './collect.js'
import { type Contact, contact, createFakeFeed, deleted, endlessContacts, everyEvent } from './fake-feed.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipeline-'))
})

afterEach(() => rm(folder, { recursive: true }))

/** A Writable that takes what it gets only when told to. */
function createStuckWritable(highWaterMark: number) {
  const waiting: (() => void)[] = []
  const stream = new Writable({
    highWaterMark,
    write(_chunk, _encoding, callback) {
      waiting.push(callback)
    },
  })
  return { stream, release: () => waiting.shift()?.() }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
}

describe('stages in stream.pipeline', () => {
  it('write the same file from events and from pages', async () => {
    const events = [...everyEvent, contact(4), deleted(5)]
    const fromEvents = join(folder, 'events.ndjson')
    const fromPages = join(folder, 'pages.ndjson')
    const { signal } = new AbortController()
    await pipeline(createFakeFeed(events).changes({ signal }), toNdjson(), createWriteStream(fromEvents), {
      signal,
    })
    await pipeline(createFakeFeed(events).pages(), toNdjson(), createWriteStream(fromPages))
    const text = await readFile(fromEvents, 'utf8')
    expect(await readFile(fromPages, 'utf8')).toBe(text)
    const lines = await collect(fromNdjson<ChangeLine<Contact>>()([text]))
    expect(lines.map((line) => line.kind)).toEqual(['upserted', 'upserted', 'deleted', 'upserted', 'deleted'])
  })

  it('end in a function that gets typed rows', async () => {
    const rows: Contact[] = []
    await pipeline(
      ['{"fullname":"Ada"}\n', '{"fullname":"Bob"}'],
      fromNdjson<Contact>(),
      async (source: AsyncIterable<Contact>) => {
        for await (const row of source) rows.push(row)
      },
    )
    await pipeline(['[{"fullname":"Cid"}]'], fromJsonArray<Contact>(), async (source) => {
      for await (const row of source) rows.push(row)
    })
    expect(rows.map((row) => row.fullname)).toEqual(['Ada', 'Bob', 'Cid'])
  })

  it('stop the feed when the file is slow', async () => {
    const feed = createFakeFeed(endlessContacts())
    const { stream, release } = createStuckWritable(1000)
    const controller = new AbortController()
    const running = pipeline(feed.changes(), onlyUpserts(), toNdjson(), stream, { signal: controller.signal })
    running.catch(() => {})
    await settle()
    const stuckAt = feed.pulled
    // A line has some 170 bytes: 1,000 bytes are 6 of them, and a few are on their way.
    expect(stuckAt).toBeLessThan(12)
    await settle()
    expect(feed.pulled).toBe(stuckAt)
    for (let lines = 0; lines < 20; lines++) {
      release()
      await settle()
    }
    expect(feed.pulled).toBeGreaterThan(stuckAt)
    expect(feed.pulled).toBeLessThanOrEqual(stuckAt + 20)
    controller.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('end mid-way by signal and close the feed', async () => {
    const feed = createFakeFeed(endlessContacts())
    const controller = new AbortController()
    const reason = new Error('user left')
    const events = (async function* () {
      for await (const event of feed.changes({ signal: controller.signal })) {
        if (feed.pulled === 100) controller.abort(reason)
        yield event
      }
    })()
    const path = join(folder, 'cut.ndjson')
    const running = pipeline(events, onlyUpserts(), batch(10), toNdjson(), createWriteStream(path), {
      signal: controller.signal,
    })
    // The feed rejects with the reason itself; Node wraps it when its own AbortError comes first.
    const error = await running.then(undefined, (thrown) => thrown)
    expect(error === reason || error.cause === reason).toBe(true)
    await settle()
    expect(feed.closed).toBe(true)
    expect(feed.pulled).toBeLessThanOrEqual(101)
  })

  it('close the feed when a stage fails, with the error of the stage', async () => {
    const feed = createFakeFeed(endlessContacts())
    const broken = new Error('mapping failed')
    async function* failing(source: AsyncIterable<unknown>) {
      let count = 0
      for await (const item of source) {
        if (++count === 5) throw broken
        yield item as object
      }
    }
    const path = join(folder, 'broken.ndjson')
    await expect(
      pipeline(feed.changes(), onlyUpserts(), failing, toNdjson(), createWriteStream(path)),
    ).rejects.toBe(broken)
    await settle()
    expect(feed.closed).toBe(true)
  })

  it('close the feed when the file cannot be written', async () => {
    const feed = createFakeFeed(endlessContacts())
    const nowhere = createWriteStream(join(folder, 'missing', 'file.ndjson'))
    await expect(pipeline(feed.changes(), toNdjson(), nowhere)).rejects.toMatchObject({ code: 'ENOENT' })
    await settle()
    expect(feed.closed).toBe(true)
  })

  it('close the feed when the last step has had enough', async () => {
    const feed = createFakeFeed(endlessContacts())
    let lines = 0
    await pipeline(feed.changes(), onlyUpserts(), batch(2), toNdjson(), async (source) => {
      for await (const _ of source) if (++lines === 3) break
    })
    await settle()
    expect(feed).toMatchObject({ closed: true, pulled: 6 })
  })

  it('do nothing before somebody pulls', async () => {
    const feed = createFakeFeed(endlessContacts())
    const lines = toNdjson()(batch(2)(onlyUpserts()(feed.changes())))
    await settle()
    expect(feed.pulled).toBe(0)
    await lines.next()
    expect(feed.pulled).toBe(2)
    await lines.return()
    expect(feed.closed).toBe(true)
  })
})
