import { gunzipSync } from 'node:zlib'
import { createMemoryDisk } from '@deltaverse/durable-files/testing'
import { account, checkpoint, deleted, fullRead, idOf } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { createFileSink, type FileSinkOptions } from '../src/index.js'

const bytesOf = (text: string) => ({ bytes: Buffer.from(text) })

async function mirrorOf(options: Partial<FileSinkOptions>, rows: readonly string[]) {
  const disk = createMemoryDisk()
  const place = {
    directory: '/out',
    name: 'accounts',
    files: disk.files,
    mode: 'mirror',
    lines: 'rows',
  } as const
  const sink = createFileSink({ ...place, ...options })
  await sink.open(undefined)
  const changes = rows.map((text, n) => ({ ...account(n + 1), ...bytesOf(text) }))
  await sink.write([...fullRead(1, changes), deleted(idOf(2)), checkpoint()])
  await sink.commit()
  await sink.close()
  return disk
}

const rows = [
  '{"accountid":"1","row":"{\\"row\\":}","total":9007199254740993.10,"name":"é \\u0001"}',
  '{"accountid":"2"}',
  '{\n  "accountid": "3",\n  "@odata.etag": "W/\\"3\\""\n}',
]
const expected = `${rows[0]}\n{"accountid":"3","@odata.etag":"W/\\"3\\""}\n`

describe('a mirror of plain rows', () => {
  it('holds each row on a line, byte for byte as it came but for white space that holds line feeds', async () => {
    const disk = await mirrorOf({}, rows)
    expect(disk.contentOf('/out/accounts.ndjson').toString()).toBe(expected)
  })

  it('holds the same in gzip', async () => {
    const disk = await mirrorOf({ compress: 'gzip' }, rows)
    expect(gunzipSync(disk.contentOf('/out/accounts.ndjson.gz')).toString()).toBe(expected)
  })

  it.each([
    ['a log', { mode: 'log' }],
    ['CSV', { format: 'csv' }],
  ] as const)('is refused of %s', (_, options) => {
    const place = { directory: '/out', name: 'accounts', mode: 'mirror', lines: 'rows' } as const
    expect(() => createFileSink({ ...place, ...options })).toThrow(
      new TypeError('lines "rows" needs mode "mirror" and format "ndjson": a log tells deletions too'),
    )
  })
})
