import { createHash } from 'node:crypto'
import type { DataverseClient } from '@deltaverse/client'
import {
  type CallOptions,
  type ChangeEvent,
  type Checkpoint,
  DataverseError,
  parseCheckpoint,
  type ReadOptions,
  type ResetReason,
  type RowCount,
  type RowKey,
  type Source,
  type UpsertedChange,
} from '@deltaverse/core'
import { createMetadataReader, readChoiceColumns } from '@deltaverse/metadata'
import { defineOptions, type OptionsInput, text } from '@deltaverse/options'
import type { TableSchema } from '@deltaverse/schema'
import { guidOf } from './guid-of.js'

/** A label of one option of a column, in one language. */
export type LabelRow = {
  readonly label_id: string
  /** Logical name of the table. */
  readonly table_name: string
  readonly column_name: string
  /** What rows hold; of yes and no, 1 and 0. */
  readonly option_value: number
  readonly language_code: number
  /** Whether it is the language of the caller, which labels beside values are in. */
  readonly is_user_language: boolean
  readonly label: string
  /** Of a status: the state that it belongs to. */
  readonly state_value: number | null
}

const labelSourceOptions = defineOptions('createLabelSource()', {
  entitySet: text({ required: true, doc: 'Entity set of the table whose labels are wanted: `contacts`.' }),
})

export type LabelSourceOptions = OptionsInput<typeof labelSourceOptions.spec>

/**
 * A table of labels: a row for each option of each choice, state, status and yes/no column, in each language. It is read from the
 * table's definition; a read that finds a label renamed, added or gone tells all of them, and any other nothing.
 *
 * @throws TypeError for options that cannot be right
 */
export function createLabelSource(client: DataverseClient, input: LabelSourceOptions): Source<LabelRow> {
  const { entitySet } = labelSourceOptions.parse(input)
  const table = `${entitySet}_labels`
  const id = `${new URL(client.origin).hostname}/${entitySet}/labels`

  async function readChanges(call: CallOptions): Promise<readonly UpsertedChange<LabelRow>[]> {
    // A reader of its own each time: what it kept would hide what was renamed since.
    const metadata = createMetadataReader(client)
    const definition = await metadata.tableOfSet(entitySet, call)
    const rows: UpsertedChange<LabelRow>[] = []
    for (const { logicalName, options } of await readChoiceColumns(metadata, definition, call)) {
      for (const { value, state, localizedLabels = [] } of options) {
        for (const { label, languageCode, isUserLanguage } of localizedLabels) {
          const row: LabelRow = {
            label_id: guidOf([id, logicalName, value, languageCode]),
            table_name: definition.logicalName,
            column_name: logicalName,
            option_value: value,
            language_code: languageCode,
            is_user_language: isUserLanguage,
            label,
            state_value: state ?? null,
          }
          rows.push(changeOf(table, row))
        }
      }
    }
    return rows
  }

  async function* read(options: ReadOptions = {}): AsyncGenerator<readonly ChangeEvent<LabelRow>[]> {
    const { checkpoint, restart = false, signal } = options
    const before = checkpoint == null ? undefined : positionOf(checkpoint, id)
    const rows = await readChanges({ signal })
    const hash = hashOf(rows)
    const isNew = before === undefined || restart || before.hash !== hash
    const epoch = (before?.epoch ?? 0) + (isNew ? 1 : 0)
    if (isNew) {
      const reason: ResetReason = before === undefined ? 'initial' : restart ? 'requested' : 'labels-changed'
      yield [{ kind: 'reset', reason, epoch }, ...rows, { kind: 'complete', epoch, rows: rows.length }]
    }
    yield [{ kind: 'checkpoint', checkpoint: checkpointAt(id, epoch, hash) }]
  }

  return {
    id,
    table,
    read,
    schema: async () => labelSchema(table),
    async count(call = {}): Promise<RowCount> {
      return { rows: (await readChanges(call)).length, certainty: 'exact' }
    },
    async *keys(call = {}): AsyncGenerator<readonly RowKey[]> {
      yield (await readChanges(call)).map((change) => ({ id: change.id, rowVersion: undefined }))
    },
    async *rows(ids, call = {}) {
      const wanted = new Set(ids)
      yield (await readChanges(call)).filter((change) => wanted.has(change.id))
    },
  }
}

function changeOf(table: string, row: LabelRow): UpsertedChange<LabelRow> {
  const bytes = Buffer.from(JSON.stringify(row))
  return { kind: 'upserted', table, id: row.label_id, rowVersion: undefined, bytes, row }
}

function hashOf(rows: readonly UpsertedChange<LabelRow>[]): string {
  const hash = createHash('sha256')
  for (const { bytes } of rows) hash.update(bytes).update('\n')
  return hash.digest('hex')
}

function checkpointAt(source: string, epoch: number, hash: string): Checkpoint {
  return {
    version: 2,
    source,
    epoch,
    phase: 'incremental',
    isBoundary: true,
    cursor: { hash },
    issuedAt: new Date().toISOString(),
  }
}

function positionOf(checkpoint: unknown, source: string): { readonly epoch: number; readonly hash: unknown } {
  const parsed = parseCheckpoint(checkpoint)
  if (parsed.source !== source) {
    throw new DataverseError(
      `the checkpoint was made for ${parsed.source}, not for ${source}. Keep one checkpoint for each`,
      {
        code: 'checkpoint-mismatch',
      },
    )
  }
  const cursor = parsed.cursor as { readonly hash?: unknown } | null
  return { epoch: parsed.epoch, hash: cursor?.hash }
}

function labelSchema(name: string): TableSchema {
  const column = (column: keyof LabelRow, kind: 'uuid' | 'text' | 'int32' | 'boolean', nullable = false) =>
    ({ name: column, type: { kind }, nullable }) as const
  return {
    name,
    primaryKey: ['label_id'],
    columns: [
      column('label_id', 'uuid'),
      column('table_name', 'text'),
      column('column_name', 'text'),
      column('option_value', 'int32'),
      column('language_code', 'int32'),
      column('is_user_language', 'boolean'),
      column('label', 'text'),
      column('state_value', 'int32', true),
    ],
  }
}
