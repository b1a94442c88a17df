import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { CallOptions, CheckpointStore, Lease, StoredState } from '@deltaverse/core'
import { DataverseError } from '@deltaverse/core'
import {
  attempt,
  type Files,
  ifThere,
  nodeFiles,
  type Processes,
  replaceFile,
  safeFileName,
} from '@deltaverse/durable-files'
import { formatEnvelope, nextRevision, parseEnvelope } from './envelope.js'
import { keepBeside, keepPrevious } from './keep-previous.js'
import { createNameLocks } from './name-locks.js'
import { requireRevision } from './require-revision.js'

export interface FileCheckpointStoreOptions {
  /** Folder of the checkpoint files; made when it is missing. */
  readonly directory: string
  /** Default: the files of this machine. */
  readonly files?: Files | undefined
  /** How holders of leases are told apart. Default: the processes of this machine. */
  readonly processes?: Processes | undefined
}

export interface FileCheckpointStore extends CheckpointStore {
  /**
   * As {@link CheckpointStore.acquire}. `lost` aborts when a later `save` finds that somebody removed the lock file or took its
   * place; nothing watches it in between.
   */
  acquire(name: string, call?: CallOptions): Promise<Lease>
  /**
   * Puts the state before the last one back, under a new revision, for when `load` says `checkpoint-invalid`. The file that
   * could not be read is kept as `….1.bak`. A sink opened at the older position discards what lies beyond it, or says
   * `sink-mismatch` where it cannot go back that far; the changes since then come again.
   *
   * @throws DataverseError `checkpoint-invalid` when there is no earlier state, or none that can be read; `conflict` when
   * somebody holds the name
   */
  restorePrevious(name: string, call?: CallOptions): Promise<StoredState>
}

/**
 * Keeps each state in a file of JSON, `<name>.checkpoint.json`, replaced in one durable step; the one before stays beside it.
 * Any number of processes may share the folder: of those that save from one revision, one succeeds.
 */
export function createFileCheckpointStore(options: FileCheckpointStoreOptions): FileCheckpointStore {
  const { directory, files = nodeFiles } = options
  const pathOf = (name: string): string => join(directory, `${safeFileName(name)}.checkpoint.json`)
  const previousOf = (name: string): string =>
    join(directory, `${safeFileName(name)}.checkpoint.previous.json`)
  const locks = createNameLocks({
    ...options,
    pathOf: (name) => join(directory, `${safeFileName(name)}.checkpoint.lock`),
  })

  async function read(path: string, name: string): Promise<StoredState | undefined> {
    const bytes = await attempt('read', path, () => ifThere(files.readFile(path)))
    if (bytes === undefined) return undefined
    try {
      return parseEnvelope(Buffer.from(bytes).toString('utf8'), name)
    } catch (error) {
      throw new InvalidFile(path, (error as Error).message, error)
    }
  }

  async function load(name: string): Promise<StoredState | undefined> {
    const path = pathOf(name)
    try {
      return await read(path, name)
    } catch (error) {
      if (!(error instanceof InvalidFile)) throw error
      const earlier = await read(previousOf(name), name).catch(() => undefined)
      throw invalid(`${error.message}. ${waysOut(name, earlier)}`, error.cause)
    }
  }

  return {
    async load(name, call) {
      call?.signal?.throwIfAborted()
      return await load(name)
    },

    async save(name, state, expectedRevision, call) {
      call?.signal?.throwIfAborted()
      return await locks.during(name, async () => {
        const stored = await load(name)
        requireRevision(name, stored?.revision, expectedRevision)
        const revision = nextRevision(stored?.revision, randomUUID().slice(0, 8))
        const text = formatEnvelope(name, revision, state)
        if (stored !== undefined) await keepPrevious(files, pathOf(name), previousOf(name))
        await replaceFile(pathOf(name), text, { files })
        return revision
      })
    },

    async acquire(name, call) {
      call?.signal?.throwIfAborted()
      return await locks.acquire(name)
    },

    async restorePrevious(name, call) {
      call?.signal?.throwIfAborted()
      return await locks.during(name, async () => {
        const earlier = await read(previousOf(name), name).catch((error: Error) => {
          throw error instanceof InvalidFile
            ? invalid(`${error.message}. ${startAnew(name)}`, error.cause)
            : error
        })
        if (earlier === undefined) {
          throw invalid(
            `${previousOf(name)} does not exist: there is no earlier state of ${name}. ${startAnew(name)}`,
          )
        }
        const current = await read(pathOf(name), name).catch((error: unknown) => {
          if (!(error instanceof InvalidFile)) throw error
          return undefined
        })
        const revision = nextRevision(current?.revision ?? earlier.revision, randomUUID().slice(0, 8))
        const text = formatEnvelope(name, revision, earlier.state)
        // Under a second name, not renamed: without a file the next start would take it for the first.
        if (current === undefined) await keepBeside(files, pathOf(name))
        await replaceFile(pathOf(name), text, { files })
        return { state: earlier.state, revision }
      })
    },
  }

  function waysOut(name: string, earlier: StoredState | undefined): string {
    const previous =
      earlier === undefined
        ? ''
        : `go back to the state before it, of ${earlier.state.checkpoint.issuedAt}: copy ${previousOf(name)} over it while nothing runs, or call restorePrevious(${JSON.stringify(name)}); or `
    return `Put back a good copy; or ${previous}${startAnew(name).replace(/^R/, 'r')}`
  }

  function startAnew(name: string): string {
    return `Remove ${pathOf(name)}, and the table is read in full again`
  }
}

function invalid(message: string, cause?: unknown): DataverseError {
  return new DataverseError(message, { code: 'checkpoint-invalid', cause })
}

/** Thrown within this file only: what is there is no state. */
class InvalidFile extends Error {
  constructor(path: string, what: string, cause: unknown) {
    super(`${path} cannot be used: ${what}`, { cause })
  }
}
