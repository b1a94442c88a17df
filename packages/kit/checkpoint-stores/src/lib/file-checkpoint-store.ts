import { randomUUID } from 'node:crypto'
import type { CallOptions, CheckpointStore, Lease, StoredState } from '@deltaverse/core'
import { DataverseError } from '@deltaverse/core'
import {
  attempt,
  type Files,
  ifThere,
  nodeFiles,
  type Processes,
  replaceFile,
} from '@deltaverse/durable-files'
import { formatEnvelope, nextRevision, parseEnvelope } from './envelope.js'
import { createFences } from './fences.js'
import { keepBeside, keepPrevious } from './keep-previous.js'
import { createNameLocks } from './name-locks.js'
import { requireRevision } from './require-revision.js'
import { statePaths } from './state-paths.js'

export interface FileCheckpointStoreOptions {
  /** Folder of the checkpoint files; made when it is missing. */
  readonly directory: string
  /** Default: the files of this machine. */
  readonly files?: Files | undefined
  /** How holders of leases are told apart. Default: the processes of this machine. */
  readonly processes?: Processes | undefined
  /**
   * Milliseconds after which a lease that its holder does not renew may be taken over, whoever holds it: a process of another
   * machine or container cannot be asked whether it still runs. Default: 60,000.
   */
  readonly staleMs?: number | undefined
}

export interface FileCheckpointStore extends CheckpointStore {
  /**
   * As {@link CheckpointStore.acquire}. `lost` aborts when it is found that somebody removed the lock file or took its place: by
   * `check`, by a save, or when the lease is renewed.
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
  const paths = statePaths(directory)
  const fences = createFences(files, paths)
  const locks = createNameLocks({ ...options, pathOf: paths.lock, fences })

  async function read(path: string, name: string): Promise<StoredState | undefined> {
    const bytes = await attempt('read', path, () => ifThere(files.readFile(path)))
    // Empty where a holder took over before there was a state.
    if (bytes === undefined || (bytes.length === 0 && isFenced(path))) return undefined
    try {
      return parseEnvelope(Buffer.from(bytes).toString('utf8'), name)
    } catch (error) {
      throw new InvalidFile(path, (error as Error).message, error)
    }
  }

  async function load(name: string, fence: number): Promise<StoredState | undefined> {
    try {
      return await read(paths.current(name, fence), name)
    } catch (error) {
      if (!(error instanceof InvalidFile)) throw error
      const earlier = await read(paths.previous(name, fence), name).catch(() => undefined)
      throw invalid(`${error.message}. ${waysOut(name, fence, earlier)}`, error.cause)
    }
  }

  return {
    async load(name, call) {
      call?.signal?.throwIfAborted()
      return await load(name, await fences.current(name))
    },

    async save(name, state, expectedRevision, call) {
      call?.signal?.throwIfAborted()
      return await locks.during(name, async (fence) => {
        const path = paths.current(name, fence)
        const stored = await load(name, fence)
        requireRevision(name, stored?.revision, expectedRevision)
        const revision = nextRevision(stored?.revision, randomUUID().slice(0, 8))
        const text = formatEnvelope(name, revision, state)
        if (stored !== undefined) await keepPrevious(files, path, paths.previous(name, fence))
        await replaceFile(path, text, { files })
        return revision
      })
    },

    async acquire(name, call) {
      call?.signal?.throwIfAborted()
      return await locks.acquire(name)
    },

    async restorePrevious(name, call) {
      call?.signal?.throwIfAborted()
      return await locks.during(name, async (fence) => {
        const [path, previous] = [paths.current(name, fence), paths.previous(name, fence)]
        const earlier = await read(previous, name).catch((error: Error) => {
          throw error instanceof InvalidFile
            ? invalid(`${error.message}. ${startAnew(path)}`, error.cause)
            : error
        })
        if (earlier === undefined) {
          throw invalid(
            `${previous} does not exist: there is no earlier state of ${name}. ${startAnew(path)}`,
          )
        }
        const current = await read(path, name).catch((error: unknown) => {
          if (!(error instanceof InvalidFile)) throw error
          return undefined
        })
        const revision = nextRevision(current?.revision ?? earlier.revision, randomUUID().slice(0, 8))
        const text = formatEnvelope(name, revision, earlier.state)
        // Under a second name, not renamed: without a file the next start would take it for the first.
        if (current === undefined) await keepBeside(files, path)
        await replaceFile(path, text, { files })
        return { state: earlier.state, revision }
      })
    },
  }

  function waysOut(name: string, fence: number, earlier: StoredState | undefined): string {
    const previous =
      earlier === undefined
        ? ''
        : `go back to the state before it, of ${earlier.state.checkpoint.issuedAt}: copy ${paths.previous(name, fence)} over it while nothing runs, or call restorePrevious(${JSON.stringify(name)}); or `
    return `Put back a good copy; or ${previous}${startAnew(paths.current(name, fence)).replace(/^./, (letter) => letter.toLowerCase())}`
  }

  function startAnew(path: string): string {
    // A file with a fence in its name stays: its name keeps holders out that were thought dead.
    return `${isFenced(path) ? 'Empty' : 'Remove'} ${path}, and the table is read in full again`
  }
}

/** Whether a file of states has a fence in its name. */
function isFenced(path: string): boolean {
  return /\.\d+\.json$/.test(path)
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
