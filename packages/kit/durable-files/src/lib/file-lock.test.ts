import { hostname } from 'node:os'
import { createSeededRandom } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { acquireFileLock, type FileLock } from './file-lock.js'
import type { Processes } from './process-identity.js'
import { machineProcesses } from './process-identity.js'
import { fileError } from './testing/file-errors.js'
import { interceptFiles } from './testing/intercept-files.js'
import { createMemoryDisk, type MemoryDisk } from './testing/memory-disk.js'

const path = '/products.lock'
let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

/** A process of a small world in which some have died. */
function processesAs(pid: number, dead: readonly number[] = []): Processes {
  return { own: () => ({ pid, host: 'here' }), isRunning: (holder) => !dead.includes(holder.pid) }
}

async function leave(text: string): Promise<void> {
  const file = await disk.files.open(path, 'w')
  await file.writev([Buffer.from(text)], 0)
  await file.close()
}

describe('acquireFileLock()', () => {
  it('is held by one at a time, and free once released', async () => {
    const lock = await acquireFileLock(path, 'products', { files: disk.files })
    await expect(acquireFileLock(path, 'products', { files: disk.files })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`products is held by process ${process.pid} on ${hostname()}`),
    })
    expect(await lock.isHeld()).toBe(true)
    await lock.release()
    await lock.release()
    expect(await lock.isHeld()).toBe(false)
    await (await acquireFileLock(path, 'products', { files: disk.files })).release()
    expect(disk.paths()).toEqual([])
  })

  it('takes over the lock of a process that has died', async () => {
    await acquireFileLock(path, 'products', { files: disk.files, processes: processesAs(1) })
    const later = { files: disk.files, processes: processesAs(2, [1]) }
    const lock = await acquireFileLock(path, 'products', later)
    expect(disk.paths()).toEqual([path])
    expect(disk.contentOf(path).toString()).toContain('"pid":2')
    await lock.release()
  })

  it('is there whole after a power cut, or not at all', async () => {
    for (let seed = 0; seed < 20; seed++) {
      disk = createMemoryDisk()
      await acquireFileLock(path, 'products', { files: disk.files, processes: processesAs(1) })
      disk.cutPower({ random: () => (seed * 0.37) % 1 })
      const later = { files: disk.files, processes: processesAs(2, [1]) }
      await (await acquireFileLock(path, 'products', later)).release()
    }
  })

  it.runIf(process.platform === 'linux')(
    'is not fooled by a process that has the same id by chance',
    async () => {
      await leave(JSON.stringify({ ...machineProcesses.own(), began: 'another-boot/17' }))
      await (await acquireFileLock(path, 'products', { files: disk.files })).release()
    },
  )

  it('leaves the lock of another machine alone, and says how to remove it', async () => {
    await leave(JSON.stringify({ pid: 1, host: 'elsewhere' }))
    const failure = acquireFileLock(path, 'products', { files: disk.files })
    await expect(failure).rejects.toThrow(`process 1 on elsewhere`)
    await expect(failure).rejects.toThrow(`remove ${path}`)
    expect(disk.paths()).toEqual([path])
  })

  it('leaves a lock alone that names nobody', async () => {
    await leave('')
    await expect(acquireFileLock(path, 'products', { files: disk.files })).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  it('does not release the lock of somebody who took it after the file was removed', async () => {
    const lock = await acquireFileLock(path, 'products', { files: disk.files })
    await disk.files.rm(path)
    const other = await acquireFileLock(path, 'products', { files: disk.files })
    expect(await lock.isHeld()).toBe(false)
    await lock.release()
    expect(await other.isHeld()).toBe(true)
  })

  it('gives back the lock of somebody who took it over while the release stood still', async () => {
    let takeOver: (() => Promise<void>) | undefined
    const files = interceptFiles(disk.files, async ({ operation }) => {
      if (operation !== 'rename' && operation !== 'rm') return
      const now = takeOver
      takeOver = undefined
      await now?.()
    })
    const lock = await acquireFileLock(path, 'products', { files, processes: processesAs(1) })
    let other: FileLock | undefined
    takeOver = async () => {
      other = await acquireFileLock(path, 'products', { files: disk.files, processes: processesAs(2, [1]) })
    }
    await lock.release()
    expect(await other?.isHeld()).toBe(true)
    expect(disk.paths()).toEqual([path])
    await other?.release()
    expect(disk.paths()).toEqual([])
  })

  it('works on a file system without links', async () => {
    const files = interceptFiles(disk.files, ({ operation }) => {
      if (operation === 'link') throw fileError('EPERM', path)
    })
    const lock = await acquireFileLock(path, 'products', { files })
    await expect(acquireFileLock(path, 'products', { files })).rejects.toMatchObject({ code: 'conflict' })
    await lock.release()
    expect(disk.paths()).toEqual([])
  })

  it.each([
    ['a free lock', false],
    ['the lock of a dead process', true],
  ])('gives %s to one of many, in every order of their steps', async (_, isDead) => {
    for (let seed = 1; seed <= 200; seed++) {
      disk = createMemoryDisk()
      if (isDead) await acquireFileLock(path, 'products', { files: disk.files, processes: processesAs(1) })
      const random = createSeededRandom(seed).next
      const attempts = Array.from({ length: 3 }, (_, at) => {
        const processes = processesAs(2 + at, [1])
        // Every call waits for a number of turns that is drawn, so that the attempts overlap in ever new ways.
        const files = interceptFiles(disk.files, async () => {
          const longest = random() < 0.2 ? 200 : 5
          for (let turns = random() * longest; turns > 1; turns--) await undefined
        })
        return acquireFileLock(path, 'products', { files, processes })
      })
      const outcomes = await Promise.allSettled(attempts)
      const holders = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      const held = await Promise.all(holders.map((lock) => lock.isHeld()))
      expect({ seed, held }).toEqual({ seed, held: held.slice(0, 1) })
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
      }
    }
  })

  it('takes over from one that died while it took over', async () => {
    for (let calls = 1, outcome = 'killed'; outcome === 'killed'; calls++) {
      disk = createMemoryDisk()
      await acquireFileLock(path, 'products', { files: disk.files, processes: processesAs(1) })
      for (const pid of [2, 3]) {
        const files = interceptFiles(disk.files, ({ number }) => {
          if (number > calls) throw new Error('killed')
        })
        const processes = processesAs(pid, [1, 2])
        const attempt = acquireFileLock(path, 'products', { files, processes })
        outcome = await attempt.then(
          () => 'locked',
          () => 'killed',
        )
        if (outcome === 'locked') break
      }
      const healthy = { files: disk.files, processes: processesAs(4, [1, 2, 3]) }
      const lock = await acquireFileLock(path, 'products', healthy)
      expect(await lock.isHeld()).toBe(true)
      expect(calls).toBeLessThan(100)
    }
  })
})
