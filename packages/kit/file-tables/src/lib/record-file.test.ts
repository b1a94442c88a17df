import {
  createMemoryDisk,
  fileError,
  interceptFiles,
  type MemoryDisk,
} from '@deltaverse/durable-files/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createRecordFile, type RecordFile, type RecordFileOptions } from './record-file.js'

const path = '/rows.ndjson'
const lines = Buffer.alloc(1024 * 1024, `${'x'.repeat(127)}\n`)

let disk: MemoryDisk
/** What the disk does about each sync; a call that is not answered waits. */
let syncs: { readonly resolve: () => void; readonly reject: (error: Error) => void }[]

beforeEach(() => {
  disk = createMemoryDisk()
  syncs = []
})

function recordFile(options: Partial<RecordFileOptions> = {}): Promise<RecordFile> {
  const files = interceptFiles(disk.files, ({ operation }) => {
    if (operation !== 'file.sync') return undefined
    return new Promise<void>((resolve, reject) => syncs.push({ resolve, reject }))
  })
  return createRecordFile({ files, path, compress: 'none', ...options })
}

async function appendMebibytes(file: RecordFile, count: number): Promise<void> {
  for (let written = 0; written < count; written += 1) await file.append(lines)
}

describe('a line file', () => {
  it('lets the disk begin while more is written, one sync at a time', async () => {
    const file = await recordFile()
    await appendMebibytes(file, 3)
    expect(syncs).toHaveLength(0)
    await appendMebibytes(file, 9)
    expect(syncs).toHaveLength(1)
    expect(file.bytes).toBe(12 * lines.length)
  })

  it('is on the disk, with all that was written since the disk began, once sync() resolves', async () => {
    const file = await recordFile()
    await appendMebibytes(file, 5)
    const synced = file.sync()
    await new Promise(setImmediate)
    expect(syncs).toHaveLength(1)
    syncs[0]?.resolve()
    await expect.poll(() => syncs.length).toBe(2)
    expect(await Promise.race([synced, 'still waiting'])).toBe('still waiting')
    syncs[1]?.resolve()
    await synced
    await disk.files.syncFolder('/')
    disk.cutPower('all-lost')
    expect(disk.contentOf(path)).toHaveLength(5 * lines.length)
  })

  it('tells at the next sync what the disk refused meanwhile, and does not take a later success for one', async () => {
    const file = await recordFile()
    await appendMebibytes(file, 4)
    syncs[0]?.reject(fileError('EIO', path))
    await file.append(lines)
    for (let asked = 0; asked < 2; asked += 1) {
      await expect(file.sync()).rejects.toMatchObject({ code: 'sink-failed' })
    }
    expect(syncs).toHaveLength(1)
  })

  it('does not bother the disk with what nobody needs after a crash', async () => {
    const file = await recordFile({ isTemporary: true })
    await appendMebibytes(file, 9)
    expect(syncs).toHaveLength(0)
  })

  it('closes behind a sync that is under way', async () => {
    const file = await recordFile()
    await appendMebibytes(file, 4)
    let isClosed = false
    const closed = file.close().then(() => {
      isClosed = true
    })
    await new Promise(setImmediate)
    expect(isClosed).toBe(false)
    syncs[0]?.resolve()
    await closed
  })
})
