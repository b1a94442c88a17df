import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireFileLock } from './file-lock.js'
import { ownIdentity } from './process-identity.js'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(directory, 'products.lock')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const refused = (pid: number) => ({
  code: 'conflict',
  message: expect.stringContaining(`process ${pid} on ${hostname()}`),
})

describe('acquireFileLock()', () => {
  it('is held by one at a time, and free once released', async () => {
    const lock = await acquireFileLock(path, 'products')
    await expect(acquireFileLock(path, 'products')).rejects.toMatchObject(refused(process.pid))
    await lock.release()
    await (await acquireFileLock(path, 'products')).release()
    expect(readdirSync(directory)).toEqual([])
  })

  it('takes over the lock of a process that has died', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(path, JSON.stringify({ pid, host: hostname() }))
    const lock = await acquireFileLock(path, 'products')
    expect(readdirSync(directory)).toEqual(['products.lock'])
    await lock.release()
  })

  it.runIf(process.platform === 'linux')(
    'is not fooled by a process that has the same id by chance',
    async () => {
      writeFileSync(path, JSON.stringify({ ...ownIdentity(), began: 'another-boot/17' }))
      await (await acquireFileLock(path, 'products')).release()
    },
  )

  it('leaves the lock of another machine alone, and says how to remove it', async () => {
    writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere' }))
    const failure = acquireFileLock(path, 'products')
    await expect(failure).rejects.toThrow(`process 1 on elsewhere`)
    await expect(failure).rejects.toThrow(`remove ${path}`)
    expect(existsSync(path)).toBe(true)
  })

  it('leaves a lock alone that names nobody', async () => {
    writeFileSync(path, '')
    await expect(acquireFileLock(path, 'products')).rejects.toMatchObject({ code: 'conflict' })
  })

  it('waits as long as it is told to, and tells once for whom', async () => {
    const lock = await acquireFileLock(path, 'products')
    const told: string[] = []
    let nowMs = 0
    const clock = {
      now: () => nowMs,
      delay: async (ms: number) => {
        nowMs += ms
        if (nowMs === 2_000) await lock.release()
      },
    }
    const options = { clock, onWait: (holder: string) => told.push(holder) }
    await expect(acquireFileLock(path, 'products', { ...options, waitMs: 1_000 })).rejects.toMatchObject(
      refused(process.pid),
    )
    expect(nowMs).toBe(1_000)
    await (await acquireFileLock(path, 'products', { ...options, waitMs: 5_000 })).release()
    expect(nowMs).toBe(2_000)
    expect(told).toHaveLength(2)
  })

  it('stops waiting by its signal', async () => {
    const lock = await acquireFileLock(path, 'products')
    const stop = new AbortController()
    const reason = new Error('enough')
    const waiting = acquireFileLock(path, 'products', {
      waitMs: 60_000,
      signal: stop.signal,
      onWait: () => stop.abort(reason),
    })
    await expect(waiting).rejects.toBe(reason)
    await lock.release()
  })

  it('lets one of many have it', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(path, JSON.stringify({ pid, host: hostname() }))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => acquireFileLock(path, 'products')),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
