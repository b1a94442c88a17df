import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '@deltaverse/durable-files'
import { interceptFiles } from '@deltaverse/durable-files/testing'
import { syncState } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileCheckpointStore } from '../src/index.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fences-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = () => createFileCheckpointStore({ directory })
const growOld = (): void => utimesSync(join(directory, 'accounts.checkpoint.lock'), 0, 0)
const state = (position: number) => syncState({ position })

describe('a lease that is taken by force', () => {
  it('counts up, and stays at its number for those that follow', async () => {
    const first = await open().acquire('accounts')
    expect(first.fence).toBe(0)
    growOld()
    const second = await open().acquire('accounts')
    expect(second.fence).toBe(1)
    await expect(first.check?.()).rejects.toMatchObject({ code: 'conflict' })
    expect(first.lost.aborted).toBe(true)
    await second.check?.()
    await second.release()
    const third = await open().acquire('accounts')
    expect(third.fence).toBe(1)
    await third.release()
    expect(await open().load('accounts')).toBeUndefined()
  })

  it('lets a save that was frozen in its last step write where nobody counts', async () => {
    let freeze: Promise<void> | undefined
    let frozen: (() => void) | undefined
    const reached = new Promise<void>((resolve) => {
      frozen = resolve
    })
    const files = interceptFiles(nodeFiles, async ({ operation, path }) => {
      if (operation !== 'rename' || !path.includes('checkpoint') || freeze === undefined) return
      frozen?.()
      await freeze
    })
    const old = createFileCheckpointStore({ directory, files })
    await old.acquire('accounts')
    const revision = await old.save('accounts', state(1), undefined)
    let wake: (() => void) | undefined
    freeze = new Promise((resolve) => {
      wake = resolve
    })
    const saving = old.save('accounts', state(2), revision)
    await reached
    growOld()
    const store = open()
    const lease = await store.acquire('accounts')
    const stored = await store.load('accounts')
    const next = await store.save('accounts', state(3), stored?.revision)
    wake?.()
    await saving
    expect(await store.load('accounts')).toMatchObject({ revision: next, state: { position: 3 } })
    await store.save('accounts', state(4), next)
    await lease.release()
    expect(await open().load('accounts')).toMatchObject({ state: { position: 4 } })
  })

  it('is asked for by an empty lock file too, once that is old', async () => {
    writeFileSync(join(directory, 'accounts.checkpoint.lock'), '')
    await expect(open().acquire('accounts')).rejects.toMatchObject({ code: 'conflict' })
    growOld()
    const lease = await open().acquire('accounts')
    expect(readdirSync(directory).sort()).toEqual(['accounts.checkpoint.1.json', 'accounts.checkpoint.lock'])
    await lease.release()
  })
})
