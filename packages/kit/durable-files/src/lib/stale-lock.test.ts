import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { acquireFileLock } from './file-lock.js'
import { machineProcesses } from './process-identity.js'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(directory, 'products.lock')
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true, force: true })
})

const growOld = (): void => utimesSync(path, 0, 0)

describe('a lock that was not renewed for long', () => {
  it.each([
    ['of another machine', JSON.stringify({ pid: 1, host: 'elsewhere' })],
    ['of nobody', ''],
    ['of somebody who writes something else', 'held by me'],
    ['of this very process', JSON.stringify(machineProcesses.own())],
  ])('is taken over when it is %s, by force', async (_, text) => {
    writeFileSync(path, text)
    await expect(acquireFileLock(path, 'products')).rejects.toMatchObject({
      code: 'conflict',
      retryable: true,
    })
    growOld()
    const lock = await acquireFileLock(path, 'products')
    expect(lock.wasForced).toBe(true)
    await lock.release()
    expect(readdirSync(directory)).toEqual([])
  })

  it('is no longer held by whom it was taken from, who leaves it alone', async () => {
    const first = await acquireFileLock(path, 'products')
    growOld()
    const second = await acquireFileLock(path, 'products')
    expect([await first.isHeld(), await second.isHeld()]).toEqual([false, true])
    await first.release()
    expect(await second.isHeld()).toBe(true)
    await second.release()
  })

  it('is taken by force again when whoever took it died: nobody may have written elsewhere yet', async () => {
    writeFileSync(path, JSON.stringify({ ...machineProcesses.own(), pid: 2 ** 22 + 1, forced: true }))
    const lock = await acquireFileLock(path, 'products')
    expect(lock.wasForced).toBe(true)
    await lock.release()
  })
})

describe.runIf(process.platform === 'linux')('a holder that cannot be asked', () => {
  const dead = { ...machineProcesses.own(), pid: 2 ** 22 + 1 }

  it.each([
    ['another container', { namespace: 'pid:[1]' }],
    ['another machine of the same name, or another boot', { boot: 'another' }],
  ])('counts as running: one of %s', async (_, other) => {
    writeFileSync(path, JSON.stringify({ ...dead, ...other }))
    await expect(acquireFileLock(path, 'products')).rejects.toMatchObject({ code: 'conflict' })
    writeFileSync(path, JSON.stringify(dead))
    const lock = await acquireFileLock(path, 'products')
    expect(lock.wasForced).toBe(false)
    await lock.release()
  })
})

describe('a lock that is held', () => {
  it('is renewed four times as often as it grows old, and says when somebody else has it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let lost = 0
    const lock = await acquireFileLock(path, 'products', { staleMs: 40_000, onLost: () => (lost += 1) })
    const text = readFileSync(path, 'utf8')
    growOld()
    vi.advanceTimersByTime(10_000)
    await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(0))
    expect(readFileSync(path, 'utf8')).toBe(text)
    rmSync(path)
    writeFileSync(path, 'of somebody else')
    vi.advanceTimersByTime(10_000)
    await vi.waitFor(() => expect(lost).toBe(1))
    vi.advanceTimersByTime(100_000)
    await lock.release()
    expect([lost, existsSync(path)]).toEqual([1, true])
  })
})
