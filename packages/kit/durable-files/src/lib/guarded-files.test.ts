import { describe, expect, it } from 'vitest'
import { guardedFiles } from './guarded-files.js'
import { createMemoryDisk } from './testing/memory-disk.js'

const lost = new Error('somebody else has it')

describe('guarded files', () => {
  it('make no change once it is refused, and read all the same', async () => {
    const { files } = createMemoryDisk()
    await files.mkdir('/out')
    let isRefused = false
    const guarded = guardedFiles(files, async () => {
      if (isRefused) throw lost
    })
    const file = await guarded.open('/out/a', 'w')
    isRefused = true
    const changes = [
      () => file.writev([Buffer.from('x')], 0),
      () => file.truncate(0),
      () => guarded.open('/out/b', 'w'),
      () => guarded.rename('/out/a', '/out/b'),
      () => guarded.link('/out/a', '/out/b'),
      () => guarded.rm('/out/a'),
      () => guarded.mkdir('/out/c'),
    ]
    for (const change of changes) await expect(change()).rejects.toBe(lost)
    await file.close()
    expect(await guarded.readdir('/out')).toEqual(['a'])
    expect(await guarded.readFile('/out/a')).toHaveLength(0)
  })

  it('say of a change that failed whether somebody else is the reason', async () => {
    const { files } = createMemoryDisk()
    await files.mkdir('/out')
    let looks = 0
    let refusedFrom = Number.POSITIVE_INFINITY
    const guarded = guardedFiles(files, async () => {
      looks += 1
      if (looks >= refusedFrom) throw lost
    })
    await expect(guarded.rename('/out/a', '/out/b')).rejects.toMatchObject({ code: 'ENOENT' })
    // Taken over between the look and the change.
    refusedFrom = looks + 2
    await expect(guarded.rename('/out/a', '/out/b')).rejects.toBe(lost)
  })
})
