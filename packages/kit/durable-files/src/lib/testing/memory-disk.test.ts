import { beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../make-folder.js'
import { setAside } from '../set-aside.js'
import { createMemoryDisk, type MemoryDisk } from './memory-disk.js'

let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

async function write(path: string, text: string, { synced = true } = {}): Promise<void> {
  const file = await disk.files.open(path, 'w')
  await file.writev([Buffer.from(text)], 0)
  if (synced) await file.sync()
  await file.close()
}

const textOf = (path: string): string => disk.contentOf(path).toString()

describe('createMemoryDisk()', () => {
  it('loses a file whose name was not synced, and content that was not', async () => {
    await write('/named', 'one')
    await disk.files.syncFolder('/')
    await write('/unnamed', 'two')
    await write('/named', 'three', { synced: false })
    disk.cutPower('all-lost')
    expect(disk.paths()).toEqual(['/named'])
    expect(textOf('/named')).toBe('one')
  })

  it('loses nothing when only the process ended, but what it had open', async () => {
    const file = await disk.files.open('/a', 'w')
    await file.writev([Buffer.from('one')], 0)
    disk.cutPower('nothing-lost')
    expect(textOf('/a')).toBe('one')
    await expect(file.writev([Buffer.from('two')], 3)).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('takes renames, links and removals back', async () => {
    for (const path of ['/a', '/b', '/c']) await write(path, path)
    await disk.files.syncFolder('/')
    await disk.files.rename('/a', '/b')
    await disk.files.link('/b', '/d')
    await disk.files.rm('/c')
    expect(disk.paths()).toEqual(['/b', '/d'])
    disk.cutPower('all-lost')
    expect(disk.paths().map(textOf)).toEqual(['/a', '/b', '/c'])
  })

  it('keeps what was synced before, however the rest is torn', async () => {
    for (let seed = 0; seed < 50; seed++) {
      disk = createMemoryDisk()
      await write('/a', 'kept')
      await disk.files.syncFolder('/')
      const file = await disk.files.open('/a', 'r+')
      await file.writev([Buffer.from(' and more')], 4)
      let state = seed
      const random = () => {
        state = (state * 7 + 3) % 97
        return state / 97
      }
      disk.cutPower({ random })
      expect(textOf('/a').slice(0, 4)).toBe('kept')
      expect(textOf('/a').length).toBeLessThanOrEqual('kept and more'.length)
    }
  })

  it('fails as the file system does', async () => {
    await write('/a', 'one')
    await disk.files.mkdir('/folder')
    for (const [work, code] of [
      [() => disk.files.open('/none', 'r'), 'ENOENT'],
      [() => disk.files.open('/a', 'wx'), 'EEXIST'],
      [() => disk.files.open('/folder', 'r'), 'EISDIR'],
      [() => disk.files.open('/none/a', 'w'), 'ENOENT'],
      [() => disk.files.link('/a', '/a'), 'EEXIST'],
      [() => disk.files.rename('/none', '/b'), 'ENOENT'],
      [() => disk.files.rename('/a', '/folder'), 'EISDIR'],
      [() => disk.files.rm('/none'), 'ENOENT'],
      [() => disk.files.readdir('/none'), 'ENOENT'],
      [() => disk.files.mkdir('/a'), 'EEXIST'],
      [() => disk.files.syncFolder('/none'), 'ENOENT'],
    ] as const) {
      await expect(work()).rejects.toMatchObject({ code })
    }
  })

  it('is full at a limit, and writes what still fits', async () => {
    disk.limitTo(5)
    const file = await disk.files.open('/a', 'w')
    expect(await file.writev([Buffer.from('1234567')], 0)).toEqual({ bytesWritten: 5 })
    await expect(file.writev([Buffer.from('67')], 5)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(await file.writev([Buffer.from('x')], 0)).toEqual({ bytesWritten: 1 })
  })
})

describe('makeFolder()', () => {
  it('makes folders that survive a power cut', async () => {
    await makeFolder(disk.files, '/a/b/c')
    await makeFolder(disk.files, '/a/b/c')
    await write('/a/b/c/file', 'one')
    await disk.files.syncFolder('/a/b/c')
    disk.cutPower('all-lost')
    expect(textOf('/a/b/c/file')).toBe('one')
    await expect(makeFolder(disk.files, '/a/b/c/file/d')).rejects.toMatchObject({ code: 'sink-failed' })
  })
})

describe('setAside()', () => {
  it('takes the next free number, and has nothing to do without a file', async () => {
    expect(await setAside(disk.files, '/a')).toBeUndefined()
    for (const text of ['one', 'two']) {
      await write('/a', text)
      await setAside(disk.files, '/a')
    }
    expect([disk.paths(), disk.paths().map(textOf)]).toEqual([
      ['/a.1.bak', '/a.2.bak'],
      ['one', 'two'],
    ])
  })
})
