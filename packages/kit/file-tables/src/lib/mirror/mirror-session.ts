import type { Change, EventRoutes, UpsertedChange } from '@deltaverse/core'
import { attempt } from '@deltaverse/durable-files'
import { ndjson } from '@deltaverse/formats'
import { memberOf, type TableSchema } from '@deltaverse/schema'
import { type CheckpointMark, markOf } from '../checkpoint-mark.js'
import { createRecordFile } from '../record-file.js'
import type { MirrorSettings } from '../table-files.js'
import { writeOrTell } from '../write-or-tell.js'
import { mergeChanges } from './merge-changes.js'
import type { MirrorPosition } from './mirror-position.js'
import {
  changesOf,
  closeFiles,
  filesOf,
  type MirrorState,
  type OpenChanges,
  positionOf,
} from './mirror-state.js'
import type { Publisher } from './publish.js'
import type { WorkFolder } from './work-folder.js'

/** A mirror between `open` and `close`. */
export interface MirrorSession extends EventRoutes {
  readonly folder: WorkFolder
  readonly committed: MirrorPosition
  useSchema(schema: TableSchema): void
  patch(rows: readonly UpsertedChange[]): Promise<void>
  commit(signal: AbortSignal | undefined): Promise<MirrorPosition>
  close(): Promise<void>
}

interface MirrorParts {
  readonly settings: MirrorSettings
  readonly folder: WorkFolder
  readonly publisher: Publisher
  readonly state: MirrorState
}

/** @param position where the state stands */
export function createMirrorSession(parts: MirrorParts, position: MirrorPosition): MirrorSession {
  const { settings, folder, publisher, state } = parts
  const { files, badRows, format } = settings
  const changeLines = ndjson.changes()
  let committed = position
  let schema: TableSchema | undefined
  /** A file was made whose name is not durable yet. */
  let hasNewNames = false

  async function beginChanges(): Promise<OpenChanges> {
    const name = folder.newName('changes', ndjson.extension)
    const file = await createRecordFile({ files, path: folder.pathOf(name), compress: 'none' })
    hasNewNames = true
    return { name, file }
  }

  async function knowSchema(): Promise<void> {
    if (format.needsSchema) schema ??= await settings.schema?.()
  }

  /**
   * What readers are to see has to be held by their format: known now, before a commit counts on it. A format without types holds
   * whatever comes.
   */
  async function holdable(changes: readonly Change[], ofPatch = false): Promise<readonly Change[]> {
    if (format.rows === undefined || !format.needsSchema) return changes
    await knowSchema()
    const { write } = format.rows(ofPatch ? columnsThere(schema, changes[0]) : schema)
    const writeRows = (all: readonly Change[]) => write(all.filter((change) => change.kind === 'upserted'))
    return writeOrTell(writeRows, changes, badRows).taken
  }

  async function append(all: readonly Change[]): Promise<void> {
    const changes = await holdable(all)
    if (changes.length === 0) return
    const target = state.read ?? state
    target.changes ??= await beginChanges()
    await target.changes.file.append(changeLines.write(changes))
    if (state.read === undefined) state.isBehind = true
    state.endedAt = undefined
  }

  async function syncChanges(): Promise<void> {
    await state.changes?.file.sync()
    await state.read?.changes?.file.sync()
    if (hasNewNames) await attempt('sync', folder.path, () => files.syncFolder(folder.path))
    hasNewNames = false
  }

  /** What the last position counts on stays: as long as the new one is not saved, the next start goes back there. */
  async function replaceBase(checkpoint: CheckpointMark, signal: AbortSignal | undefined): Promise<void> {
    const { changes } = state
    await folder.keepOnly(new Set([...filesOf(committed), ...filesOf(positionOf(state))]))
    await knowSchema()
    const from = changes === undefined ? undefined : changesOf(changes)
    const merged = await mergeChanges(folder, state.base, from, { ...settings, schema, signal })
    await attempt('sync', folder.path, () => files.syncFolder(folder.path))
    const base = { ...merged, checkpoint }
    await publisher.show(base)
    state.base = base
    state.changes = undefined
    state.isBehind = false
    await changes?.file.close()
    await folder.keepOnly(new Set([...filesOf(committed), ...filesOf({ ...committed, base })]))
  }

  return {
    folder,
    get committed() {
      return committed
    },
    useSchema(next) {
      schema = next
    },
    changes: append,
    async patch(all) {
      const rows = await holdable(all, true)
      if (rows.length === 0) return
      state.changes ??= await beginChanges()
      await state.changes.file.append(ndjson.patches?.(rows) ?? Buffer.alloc(0))
      state.isBehind = true
      // Not shown before the checkpoint behind it: each time, all rows are written anew.
      state.endedAt = undefined
    },
    async reset({ epoch }) {
      await state.read?.changes?.file.close()
      state.read = { epoch, changes: undefined }
      state.endedAt = undefined
    },
    async complete({ epoch }) {
      if (state.read?.epoch !== epoch) return
      await state.changes?.file.close()
      state.changes = state.read.changes
      state.read = undefined
      state.base = undefined
      state.isBehind = true
    },
    checkpoint({ checkpoint }) {
      const isEnd = state.read === undefined && checkpoint.isBoundary
      state.endedAt = isEnd ? markOf(checkpoint) : undefined
    },
    async commit(signal) {
      await badRows.save(files)
      await syncChanges()
      const { endedAt, isBehind } = state
      if (endedAt !== undefined && isBehind) await replaceBase(endedAt, signal)
      committed = positionOf(state)
      return committed
    },
    async close() {
      badRows.drop()
      await closeFiles(state)
    },
  }
}

/** The columns of a schema that a row has. */
function columnsThere(schema: TableSchema | undefined, change: Change | undefined): TableSchema | undefined {
  if (schema === undefined || change?.kind !== 'upserted') return schema
  return { ...schema, columns: schema.columns.filter((column) => memberOf(column) in change.row) }
}
