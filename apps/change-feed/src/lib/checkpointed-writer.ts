import type { ChangeEvent, Checkpoint, Sink } from '@deltaverse/contract'
import type { FilePosition } from './ndjson-file-sink.js'
import type { TableState } from './table-state.js'

export interface CheckpointedWriterOptions {
  /** What was saved last. */
  readonly state: TableState | undefined
  /** Resolves once the state is durable. */
  readonly saveState: (state: TableState) => Promise<void>
  readonly createSink: (hooks: { onBegin(file: string): Promise<void> }) => Sink<FilePosition>
  readonly onCommitted: (checkpoint: Checkpoint, position: FilePosition) => void
  readonly now: () => number
  /**
   * A commit costs an fsync or three, so between the checkpoints of one read it waits for this many bytes of rows, or for a
   * second. Default: 8 MiB.
   */
  readonly commitBytes?: number | undefined
}

/** Writes events and saves a checkpoint only when everything before it is durable. */
export interface CheckpointedWriter {
  open(position: FilePosition | undefined): Promise<void>
  write(events: readonly ChangeEvent[]): Promise<void>
  close(): Promise<void>
}

const commitMs = 1_000

export function createCheckpointedWriter(options: CheckpointedWriterOptions): CheckpointedWriter {
  const { now, commitBytes = 8 * 1024 * 1024 } = options
  let saved = options.state
  let bytesSinceCommit = 0
  let committedAtMs = now()
  const sink = options.createSink({ onBegin: announceFile })

  /** The state tells of a file before anything is written to it, so that a later start knows whose it is. */
  async function announceFile(file: string): Promise<void> {
    await save(stateWithBegun(saved, file))
  }

  async function save(state: TableState): Promise<void> {
    await options.saveState(state)
    saved = state
  }

  async function reach(checkpoint: Checkpoint): Promise<void> {
    const isEndOfRead = checkpoint.nextLink === undefined
    const isDue = bytesSinceCommit >= commitBytes || now() - committedAtMs >= commitMs
    if (!isEndOfRead && !isDue) return
    const position = await sink.commit()
    await save({ version: 1, file: position.file, committedBytes: position.bytes, checkpoint })
    bytesSinceCommit = 0
    committedAtMs = now()
    options.onCommitted(checkpoint, position)
  }

  return {
    open: (position) => sink.open(position),
    async write(events) {
      let start = 0
      for (const [index, event] of events.entries()) {
        if (event.kind === 'upserted') bytesSinceCommit += event.bytes.length
        if (event.kind !== 'checkpoint') continue
        await sink.write(events.slice(start, index + 1))
        start = index + 1
        await reach(event.checkpoint)
      }
      if (start < events.length) await sink.write(start === 0 ? events : events.slice(start))
    },
    close: () => sink.close(),
  }
}

function stateWithBegun(saved: TableState | undefined, file: string): TableState {
  if (saved?.checkpoint === undefined) return { version: 1, file, committedBytes: 0 }
  // What the checkpoint counts on is about to go: from here on it only tells the generation.
  if (saved.file === file) return { ...saved, committedBytes: 0, rereading: true }
  return { ...saved, begun: file }
}
