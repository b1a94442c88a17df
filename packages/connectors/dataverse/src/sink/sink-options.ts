import type { Change, Row } from '@deltaverse/core'
import {
  bytes,
  callable,
  defineOptions,
  MiB,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  whole,
} from '@deltaverse/options'
import type { DeadLetter } from './result/dead-letter.js'
import type { TakeEvents, WriteEvent } from './result/write-event.js'
import type { UpsertWriterOptions } from './writer-options.js'

type BadRow = DeadLetter<Row>

/** Options of the sink itself; all others are the writer's. */
export const dataverseSinkOptions = defineOptions('createDataverseSink()', {
  deletions: oneOf(['delete', 'deactivate', 'ignore', 'refuse'], {
    default: 'refuse',
    doc: 'What a deletion at the source does to the row here. A deletion names its row by the key that the change carries, or by its id where rows are written by their primary key.',
  }),
  onBadRow: oneOf(['stop', 'dead-letter'], {
    default: 'stop',
    doc: 'What a row does that Dataverse does not take: it stops the sync, or goes to deadLetter and the others go on.',
  }),
  deadLetter: callable<(letter: BadRow) => void | Promise<void>>()({
    doc: 'Takes the rows that were not written; awaited, so that a letter is kept before the checkpoint behind its row is.',
  }),
  onEvent: callable<TakeEvents<WriteEvent>>()({
    defaultText: 'nothing',
    doc: 'Told of rows that were not written and of what happens on the way. Awaited.',
  }),
  toRow: callable<(change: Change) => Row | undefined>()({
    defaultText: 'the row of the change with its key',
    doc: 'Makes the row that is written, or undefined for one that is left out.',
  }),
  maxRows: whole({ default: 10_000, min: 1, doc: 'Rows held before they are written.' }),
  maxBytes: bytes({ default: 16 * MiB, min: 1, doc: 'Bytes of rows held before they are written.' }),
})

export type OwnOptions = OptionsInput<typeof dataverseSinkOptions.spec>
export type OwnSettings = OptionsOutput<typeof dataverseSinkOptions.spec>

export interface DataverseSinkOptions
  extends OwnOptions,
    Omit<UpsertWriterOptions<Row>, 'operation' | 'keyOf' | 'onAbort' | 'stopAfterFailures'> {}
