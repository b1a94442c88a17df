import { readDeadLetters } from '@deltaverse/bad-rows'
import { createMemoryDisk, type MemoryDisk } from '@deltaverse/durable-files/testing'
import type { TableSchema } from '@deltaverse/schema'
import { account, checkpoint, deleted, fullRead, idOf } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, type FileEvent, type FileSink, type FileSinkOptions } from '../src/index.js'

const schema: TableSchema = {
  name: 'accounts',
  columns: [
    { name: 'accountid', type: { kind: 'uuid' }, nullable: false },
    { name: 'name', type: { kind: 'text' }, nullable: true },
    { name: 'numberofemployees', type: { kind: 'int32' }, nullable: true },
  ],
  primaryKey: ['accountid'],
}

let disk: MemoryDisk
beforeEach(() => {
  disk = createMemoryDisk()
})

const good = account(1, { name: 'one', numberofemployees: 1 })
const half = account(2, { name: 'tw\ud800o', numberofemployees: 2 })
const wrong = account(3, { name: 'three', numberofemployees: 3e9 })

async function opened(options: Partial<FileSinkOptions>): Promise<FileSink> {
  const { files } = disk
  const sink = createFileSink({
    directory: '/out',
    name: 'accounts',
    files,
    now: () => 0,
    format: 'csv',
    ...options,
  })
  await sink.open(undefined)
  await sink.applySchema?.(schema)
  return sink
}

const textOf = (file: string): string => disk.contentOf(`/out/${file}`).toString()
const letters = () => readDeadLetters('/out/accounts.dead-letters.ndjson', disk.files)

const files = { log: 'accounts.000001.csv', mirror: 'accounts.csv' } as const

describe.each(['log', 'mirror'] as const)('rows that CSV cannot hold, in a %s', (mode) => {
  const read = (rows = [good, half, wrong]) => [...fullRead(1, rows)]

  it.each([half, wrong])(
    'end the sync where nothing else was said, before a commit counts on them',
    async (bad) => {
      const sink = await opened({ mode })
      await expect(sink.write([good, bad, checkpoint()])).rejects.toMatchObject({
        code: 'sink-failed',
        message: expect.stringMatching(/cannot be written as CSV: its column/),
      })
    },
  )

  it('go to the dead letters, and the others to the file', async () => {
    const events: FileEvent[] = []
    const sink = await opened({ mode, onBadRow: 'dead-letter', onEvent: (event) => void events.push(event) })
    await sink.write(read())
    await sink.commit()
    await sink.close()
    expect(textOf(files[mode])).toContain(`${idOf(1)},one,1\r\n`)
    expect(textOf(files[mode])).not.toMatch(new RegExp(`${idOf(2)}|${idOf(3)}`))
    const found = await letters()
    expect(found).toEqual([
      expect.objectContaining({
        id: idOf(2),
        kind: 'upserted',
        rowVersion: '1002',
        column: 'name',
        kept: 'nothing',
        why: expect.stringMatching(/half of a surrogate pair at position 2/),
      }),
      expect.objectContaining({ id: idOf(3), column: 'numberofemployees', row: wrong.row }),
    ])
    expect(events).toEqual(found.map((letter) => ({ kind: 'bad-row', letter })))
  })

  it('are kept without the value, and stay owed: their version is none of the table', async () => {
    const sink = await opened({ mode, onBadRow: 'null-and-report', deadLetterFile: '/elsewhere/letters' })
    await sink.write(read())
    await sink.commit()
    expect(textOf(files[mode])).toContain(`${idOf(2)},,2\r\n`)
    expect(textOf(files[mode])).toContain(`${idOf(3)},three,\r\n`)
    expect(await readDeadLetters('/elsewhere/letters', disk.files)).toHaveLength(2)
    const held = []
    for await (const rows of sink.held()) held.push(...rows)
    expect(new Map(held.map(({ id, rowVersion }) => [id, rowVersion]))).toEqual(
      new Map([
        [idOf(1), '1001'],
        [idOf(2), '0'],
        [idOf(3), '0'],
      ]),
    )
  })

  it('are written in the characters that they have without the others, when told so', async () => {
    const sink = await opened({ mode, badCharacters: 'strip' })
    await sink.write(read([good, half]))
    await sink.commit()
    expect(textOf(files[mode])).toContain(`${idOf(2)},two,2\r\n`)
  })

  it('leave letters that are on the disk before the commit, once for each commit that was tried', async () => {
    const first = await opened({ mode, onBadRow: 'dead-letter' })
    await first.write(read())
    await first.close()
    expect(await letters()).toEqual([])
    const sink = await opened({ mode, onBadRow: 'dead-letter' })
    await sink.write(read())
    await sink.commit()
    await sink.write([wrong, deleted(idOf(1)), checkpoint()])
    await sink.commit()
    disk.cutPower('all-lost')
    expect((await letters()).map(({ id }) => id)).toEqual([idOf(2), idOf(3), idOf(3)])
  })
})

it('the options that do not fit each other are refused', async () => {
  await expect(opened({ format: 'ndjson', badCharacters: 'strip' })).rejects.toThrow(/needs format "csv"/)
  await expect(opened({ deadLetterFile: '/x' })).rejects.toThrow(/needs onBadRow/)
})
