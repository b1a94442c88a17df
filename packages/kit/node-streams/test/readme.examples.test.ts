// The bodies between the example marks are the snippets of the README: a check of the repository compares them.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  asReadable,
  asWritable,
  batch,
  fromJsonArray,
  fromNdjson,
  onlyUpserts,
  toNdjson,
} from '@deltaverse/node-streams'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collect } from './collect.js'
import { type Contact, contact, createFakeFeed, everyEvent } from './fake-feed.js'

const startFolder = process.cwd()
let folder: string
let saved: Contact[]
let reported: string[]

const save = async (row: Contact) => {
  saved.push(row)
}
const saveAll = async (rows: readonly Contact[]) => {
  saved.push(...rows)
}
const report = (message: string) => reported.push(message)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readme-'))
  process.chdir(folder)
  saved = []
  reported = []
})

afterEach(async () => {
  process.chdir(startFolder)
  await rm(folder, { recursive: true })
})

describe('the README', () => {
  it('writes the upserts of a table', async () => {
    const feed = createFakeFeed(everyEvent)
    const { signal } = new AbortController()
    // example: write
    const file = createWriteStream('contacts.ndjson', { highWaterMark: 1024 * 1024 })
    await pipeline(feed.changes({ signal }), onlyUpserts(), toNdjson(), file, { signal })
    // end
    expect((await readFile('contacts.ndjson', 'utf8')).split('\n')).toHaveLength(3)
  })

  it('reads NDJSON and leaves bad lines out', async () => {
    await writeFile('in.ndjson', '{"fullname":"Ada"}\noops\n{"fullname":"Bob"}\n')
    // example: read
    const contacts = fromNdjson<Contact>({
      onBadLine: (error, { line }) => report(`line ${line} left out: ${error.message}`),
    })
    for await (const contact of contacts(createReadStream('in.ndjson'))) {
      await save(contact)
    }
    // end
    expect(saved.map((row) => row.fullname)).toEqual(['Ada', 'Bob'])
    expect(reported).toEqual([expect.stringContaining('line 2 left out')])
  })

  it('reads an array under a path in batches', async () => {
    const contacts = Array.from({ length: 250 }, (_, index) => contact(index).row)
    await writeFile('export.json', JSON.stringify({ data: { contacts } }, null, 2))
    // example: array
    await pipeline(
      createReadStream('export.json'),
      fromJsonArray<Contact>({ path: 'data.contacts' }),
      batch<Contact>(100),
      async (batches) => {
        for await (const rows of batches) await saveAll(rows)
      },
    )
    // end
    expect(saved).toEqual(contacts)
  })

  it('adapts to stream objects', async () => {
    const feed = createFakeFeed(everyEvent)
    // example: adapters
    const body = asReadable(toNdjson()(feed.changes()), { objectMode: false })
    const sink = asWritable<Contact>(async (rows) => {
      for await (const row of rows) await save(row)
    })
    // end
    const lines = Buffer.concat(await collect(body)).toString()
    expect(lines.split('\n')).toHaveLength(4)
    await pipeline([contact(1).row, contact(2).row], sink)
    expect(saved).toHaveLength(2)
  })
})
