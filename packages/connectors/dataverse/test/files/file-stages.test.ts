import { buffer } from 'node:stream/consumers'
import {
  createChangeFeed,
  createUpsertWriter,
  downloadFiles,
  type FileResult,
  uploadFiles,
} from '@deltaverse/dataverse'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, digest, type FileService, MiB, startFileService } from './file-fixture.js'

type Document = { new_code: string; name: string; path?: string }

let service: FileService

beforeEach(async () => {
  service = await startFileService({ rows: {} })
})
afterEach(() => service.close())

const rows: Document[] = Array.from({ length: 6 }, (_, at) => ({ new_code: `D-${at}`, name: `N${at}` }))
const fileOf = (code: string) => bytesOf(code === 'D-3' ? 5 * MiB : 1000, Number(code.slice(2)))

async function gather<Item>(results: AsyncIterable<FileResult<Item>>): Promise<FileResult<Item>[]> {
  const all: FileResult<Item>[] = []
  for await (const result of results) all.push(result)
  return all
}

describe('files', () => {
  it('of rows go up behind the writer, and come down behind the feed', async () => {
    const writer = createUpsertWriter<Document>(service.client, {
      entitySet: 'new_documents',
      key: ['new_code'],
    })
    const upload = uploadFiles<{ row: Document }>(service.client, {
      entitySet: 'new_documents',
      column: 'new_file',
      fileOf: ({ row: { new_code } }) =>
        new_code === 'D-5'
          ? undefined
          : { key: { new_code }, name: `${new_code}.bin`, source: fileOf(new_code) },
    })
    const up = await gather(upload(writer.results(rows)))
    expect(up.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done', 'done', 'none'])
    expect(up.map(({ item }) => item.row.new_code)).toEqual(rows.map(({ new_code }) => new_code))

    const saved = new Map<string, string>()
    const feed = createChangeFeed(service.client, { entitySet: 'new_documents', select: ['new_code'] })
    const download = downloadFiles<{ kind: string; id?: string }>(service.client, {
      entitySet: 'new_documents',
      column: 'new_file',
      idOf: (change) => (change.kind === 'upserted' ? change.id : undefined),
      save: async ({ name, stream }) => void saved.set(String(name), digest(await buffer(stream))),
    })
    const down = await gather(download(feed.changes() as AsyncIterable<{ kind: string; id?: string }>))
    expect(down.filter(({ status }) => status === 'done')).toHaveLength(5)
    expect(down.some(({ status }) => status === 'failed')).toBe(false)
    expect(saved).toEqual(
      new Map(rows.slice(0, 5).map(({ new_code }) => [`${new_code}.bin`, digest(fileOf(new_code))])),
    )
  })

  it('that cannot be moved are results, and the others go on', async () => {
    const upload = uploadFiles<string>(service.client, {
      entitySet: 'new_documents',
      column: 'new_small',
      concurrency: 2,
      fileOf: (new_code) => ({
        key: { new_code },
        name: 'a',
        source: bytesOf(new_code === 'D-1' ? 3000 : 10),
      }),
    })
    const writer = createUpsertWriter<Document>(service.client, {
      entitySet: 'new_documents',
      key: ['new_code'],
    })
    await writer.write(rows)
    const results = await gather(upload(['D-0', 'D-1', 'none', 'D-2']))
    expect(results.map(({ item, status, error }) => [item, status, error?.code])).toEqual([
      ['D-0', 'done', undefined],
      ['D-1', 'failed', 'bad-input'],
      ['none', 'failed', 'not-found'],
      ['D-2', 'done', undefined],
    ])
  })

  it('are no more under way than was said, and given up where nobody asks any more', async () => {
    const writer = createUpsertWriter<Document>(service.client, {
      entitySet: 'new_documents',
      key: ['new_code'],
    })
    await writer.write(rows)
    let underWay = 0
    let most = 0
    const download = downloadFiles<string>(service.client, {
      entitySet: 'new_documents',
      column: 'new_file',
      concurrency: 2,
      idOf: (id) => {
        most = Math.max(most, ++underWay)
        return id
      },
      save: async () => {},
    })
    const ids = service.emulator
      .table('new_documents')
      .rows()
      .map((row) => String(row.new_documentid))
    let pulled = 0
    async function* source() {
      for (const id of [...ids, ...ids, ...ids]) {
        pulled += 1
        yield id
      }
    }
    for await (const _ of download(source())) {
      underWay -= 1
      if (pulled > 5) break
    }
    expect(most).toBeLessThanOrEqual(2)
    expect(pulled).toBeLessThan(10)
  })

  it('end with what the caller throws, and with the reason of the signal', async () => {
    const broken = uploadFiles<string>(service.client, {
      entitySet: 'new_documents',
      column: 'new_file',
      fileOf: () => {
        throw new RangeError('mine')
      },
    })
    await expect(gather(broken(['a']))).rejects.toThrow('mine')
    const stop = new AbortController()
    const reason = new Error('enough')
    stop.abort(reason)
    const upload = uploadFiles<string>(service.client, {
      entitySet: 'new_documents',
      column: 'new_file',
      fileOf: (id) => ({ id, name: 'a', source: Buffer.alloc(1) }),
    })
    await expect(
      gather(upload(['00000000-0000-4000-8000-000000000001'], { signal: stop.signal })),
    ).rejects.toBe(reason)
    expect(() => uploadFiles(service.client, { entitySet: 'a', column: 'b' } as never)).toThrow(/fileOf/)
  })
})
