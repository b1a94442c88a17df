import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machineProcesses } from '@deltaverse/durable-files'
import { createMemoryDisk, type MemoryDisk } from '@deltaverse/durable-files/testing'
import { type CheckpointStoreHarness, checkpointStoreContract } from '@deltaverse/testing'
import { describe, it } from 'vitest'
import {
  createFileCheckpointStore,
  createMemoryCheckpointStore,
  type MemoryCheckpointStore,
} from '../src/index.js'

function onThisMachine(): CheckpointStoreHarness {
  let directory = ''
  const open = () => createFileCheckpointStore({ directory })
  return {
    create() {
      directory = mkdtempSync(join(tmpdir(), 'checkpoints-'))
      return open()
    },
    reopen: open,
    leaveDeadHolder(name) {
      const { pid } = spawnSync(process.execPath, ['-e', ''])
      const { began: _, ...here } = machineProcesses.own()
      writeFileSync(join(directory, `${name}.checkpoint.lock`), JSON.stringify({ ...here, pid }))
    },
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function onADiskInMemory(): CheckpointStoreHarness {
  let disk: MemoryDisk
  const open = () => createFileCheckpointStore({ directory: '/out', files: disk.files })
  return {
    create() {
      disk = createMemoryDisk()
      return open()
    },
    reopen: open,
  }
}

function inMemory(): CheckpointStoreHarness {
  let store: MemoryCheckpointStore
  return {
    create() {
      store = createMemoryCheckpointStore()
      return store
    },
    reopen: () => store,
  }
}

describe('createFileCheckpointStore()', () => {
  for (const { name, run } of checkpointStoreContract(onThisMachine())) it(name, run)
})

describe('createFileCheckpointStore() on a disk in memory', () => {
  for (const { name, run } of checkpointStoreContract(onADiskInMemory())) it(name, run)
})

describe('createMemoryCheckpointStore()', () => {
  for (const { name, run } of checkpointStoreContract(inMemory())) it(name, run)
})
