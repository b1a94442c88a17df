import { beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from './replace-file.js'
import { fileError } from './testing/file-errors.js'
import { interceptFiles } from './testing/intercept-files.js'
import { createMemoryDisk, type MemoryDisk } from './testing/memory-disk.js'

const path = '/state.json'
let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

describe('replaceFile()', () => {
  it('leaves the new content and no other file', async () => {
    await replaceFile(path, 'one', disk)
    await replaceFile(path, 'two', disk)
    expect(disk.contentOf(path).toString()).toBe('two')
    expect(disk.paths()).toEqual([path])
  })

  it('has the new content after a power cut once it resolved', async () => {
    await replaceFile(path, 'one', disk)
    disk.cutPower('all-lost')
    expect(disk.contentOf(path).toString()).toBe('one')
  })

  it.each(['nothing-lost', 'all-lost', 'some-lost'] as const)(
    'leaves the old content or the new one, whole, wherever it ends (%s)',
    async (how) => {
      for (let at = 1; at <= 7; at++) {
        for (let share = 0; share < 1; share += 0.09) {
          disk = createMemoryDisk()
          await replaceFile(path, 'the old content', disk)
          const files = interceptFiles(disk.files, ({ number }) => {
            if (number >= at) throw new Error('killed')
          })
          const outcome = await replaceFile(path, 'something quite new', { files }).then(
            () => 'done',
            () => 'killed',
          )
          expect(outcome).toBe(at === 7 ? 'done' : 'killed')
          disk.cutPower(how === 'some-lost' ? { random: () => share } : how)
          const left = disk.contentOf(path).toString()
          expect(['the old content', 'something quite new']).toContain(left)
          if (at === 7) expect(left).toBe('something quite new')
        }
      }
    },
  )

  it('leaves the old content when the disk is full, and says so', async () => {
    await replaceFile(path, 'old', disk)
    disk.limitTo(10)
    await expect(replaceFile(path, 'much too long for this disk', disk)).rejects.toMatchObject({
      code: 'sink-failed',
      retryable: true,
      message: expect.stringContaining(`cannot write ${path}: no space is left on the device (ENOSPC)`),
    })
    expect(disk.contentOf(path).toString()).toBe('old')
    expect(disk.paths()).toEqual([path])
  })

  it.each([
    ['EROFS', 'read-only', false],
    ['EACCES', 'permission is denied', false],
    ['EDQUOT', 'quota', true],
    ['EMFILE', 'too many files open', true],
    ['EWHAT', 'EWHAT', false],
  ])('puts %s into words', async (code, words, retryable) => {
    const files = interceptFiles(disk.files, () => {
      throw fileError(code, path)
    })
    const failure = await replaceFile(path, 'x', { files }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'sink-failed', retryable, message: expect.stringContaining(words) })
    expect((failure as Error).cause).toMatchObject({ code })
  })
})
