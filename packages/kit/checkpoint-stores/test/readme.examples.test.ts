// The code between the marks is what the README shows; a check of the repository compares the two.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { type CheckpointStore, isDataverseError } from '@deltaverse/core'
import { checkpointOf } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let directory: string
let told: string[]
const report = (line: string) => told.push(line)
const { signal } = new AbortController()
const [source, sink, checkpoint, position] = [{}, {}, checkpointOf(), { bytes: 17 }]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'checkpoints-'))
  told = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface SyncLike {
  readonly name: string
  readonly checkpoints: CheckpointStore
  readonly source: unknown
  readonly sink: unknown
  readonly signal: AbortSignal
}

/** What a sync does with its store, and no more. */
async function sync({ name, checkpoints }: SyncLike) {
  await checkpoints.save(name, { version: 1, checkpoint, position }, (await checkpoints.load(name))?.revision)
}

describe('the README', () => {
  it('keeps states, by a sync and by hand, and goes back to the one before', async () => {
    // example: sync
    const checkpoints = createFileCheckpointStore({ directory })
    await sync({ name: 'contacts', source, sink, checkpoints, signal })
    // end
    // example: manual
    const lease = await checkpoints.acquire('contacts')
    const stored = await checkpoints.load('contacts')
    const state = { version: 1, checkpoint, position } as const
    const revision = await checkpoints.save('contacts', state, stored?.revision)
    report(`saved as ${revision}`)
    await lease.release()
    // end
    expect((await checkpoints.load('contacts'))?.revision).toBe(revision)
    writeFileSync(join(directory, 'contacts.checkpoint.json'), '{"format":1,')
    // example: restore
    try {
      await checkpoints.load('contacts')
    } catch (error) {
      if (!isDataverseError(error) || error.code !== 'checkpoint-invalid') throw error
      report(error.message)
      await checkpoints.restorePrevious('contacts')
    }
    // end
    expect(told[1]).toContain('contacts.checkpoint.json cannot be used')
    expect((await checkpoints.load('contacts'))?.state.position).toEqual(position)
  })
})
