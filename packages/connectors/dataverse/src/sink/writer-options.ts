import type { RequestSizer } from '@deltaverse/client'
import { type Clock, type Row, systemClock } from '@deltaverse/core'
import {
  bytes,
  callable,
  createOption,
  defineOptions,
  durationMs,
  flag,
  group,
  instance,
  listOf,
  MiB,
  number,
  type Option,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  text,
  whole,
} from '@deltaverse/options'
import { toValueRules, type ValueRules, valueOptions } from '@deltaverse/values'
import { type ServiceHeaders, serviceOptions, toServiceHeaders } from './plan/service-options.js'
import type { TableSource } from './plan/table-port.js'
import {
  type RowTranslation,
  type TranslationSettings,
  toTranslationSettings,
} from './translate/translation-options.js'

/** Said in full by types of its own. */
function translation(terms: {
  readonly doc: string
  readonly defaultText: string
}): Option<RowTranslation<Row> | boolean, RowTranslation<Row> | boolean | undefined, false> {
  return createOption(
    {
      check(name, value) {
        if (typeof value === 'boolean' || (typeof value === 'object' && value !== null)) {
          return value as RowTranslation<Row>
        }
        throw new TypeError(`${name} must be true or an object of settings, received ${typeof value}`)
      },
      type: 'true or settings',
      formatDefault: () => '',
    },
    terms,
  )
}

const column = { pattern: /^\w+$/, words: "a column name such as 'createdon'" }

/** The options of `createUpsertWriter()`; writers of other things have some of them. */
export const upsertWriterOptions = defineOptions('createUpsertWriter()', {
  entitySet: text({
    required: true,
    form: { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, words: "a name such as 'products'" },
    doc: 'URL segment of the table.',
  }),
  key: listOf(text({ doc: 'A column.' }), {
    min: 1,
    defaultText: 'the primary key; none for create',
    doc: 'Columns that name a row: those of an alternate key.',
  }),
  keyOf: callable<(row: never) => Readonly<Record<string, unknown>>>()({
    defaultText: 'the rows hold it',
    doc: 'Brings the values of the key where the rows themselves do not hold them.',
  }),
  translate: translation({
    defaultText: 'rows come as the Web API takes them',
    doc: "Takes rows in people's words: references by key, choices by label, dates and numbers in the forms of the source; true, or how columns are filled.",
  }),
  operation: oneOf(['upsert', 'create', 'update', 'delete', 'deactivate'], {
    default: 'upsert',
    doc: 'upsert updates or creates; create refuses rows that exist; update refuses rows that do not; delete; deactivate sets inactiveState.',
  }),
  strategy: oneOf(['auto', 'bulk', 'batch', 'single'], {
    default: 'auto',
    doc: 'bulk: CreateMultiple, UpdateMultiple, UpsertMultiple; batch: $batch; single: one request for each row; auto: bulk where table and operation have it, else batch.',
  }),
  batchSize: whole({
    min: 1,
    max: 1_000,
    defaultText: 'what the service takes 0.5 to 2 s for: 100 at first, 1,000 at most',
    doc: 'Rows in one request.',
  }),
  maxBatchBytes: bytes({
    default: 4 * MiB,
    min: 1,
    max: 116 * MiB,
    doc: 'Size at which a request is closed.',
  }),
  maxWaitMs: durationMs({
    default: 1_000,
    max: 3_600_000,
    doc: 'Longest time that a row waits for others to fill its request.',
  }),
  concurrency: whole({
    min: 1,
    max: 100,
    defaultText: "what the client's governor allows at the moment",
    doc: 'Requests under way at most.',
  }),
  changesetSize: whole({
    min: 1,
    max: 1_000,
    defaultText: 'no changesets',
    doc: 'Rows of a changeset inside a batch, which are written all or none.',
  }),
  nulls: oneOf(['write', 'skip'], {
    default: 'write',
    doc: 'What a null in a row does: write clears the column, skip leaves it as it is.',
  }),
  ...valueOptions,
  keyMismatch: oneOf(['refuse', 'strip'], {
    default: 'refuse',
    doc: 'Whether a key column in the row that differs from the key is refused or left out.',
  }),
  states: oneOf(['auto', 'separate', 'inline'], {
    default: 'auto',
    doc: 'Where statecode and statuscode go. A row cannot be created in another state than its first, so auto writes such states in a second request; separate always does; inline never.',
  }),
  separateOwner: flag({
    default: false,
    doc: 'Writes the owner in a request of its own, before the state. Where a table is known to refuse the two together (sla, routingrule), the state follows in any case.',
  }),
  inactiveState: group(
    {
      statecode: number({ default: 1, doc: 'The state.' }),
      statuscode: number({ default: 2, doc: 'The status that belongs to it.' }),
    },
    { doc: 'The state that deactivate sets.' },
  ),
  skipUnchanged: flag({
    default: false,
    doc: 'Compares with what the table holds and writes only what differs.',
  }),
  returnIds: flag({
    default: false,
    doc: 'Asks for ids, and with them for created or updated; costs a read for each row.',
  }),
  returnColumns: listOf(text({ form: column, doc: 'A column.' }), {
    default: [],
    doc: 'Asks for these columns of rows that were written (stored of results), and for ids as well.',
  }),
  matchVersion: flag({
    default: false,
    doc: 'Writes only where the row still has the version in its @odata.etag.',
  }),
  onAbort: oneOf(['stop', 'drain'], {
    default: 'stop',
    doc: 'What an aborted signal does: stop gives up at once; drain writes what was pulled already.',
  }),
  stopAfterFailures: whole({
    min: 1,
    defaultText: 'never',
    doc: 'Pulls no more rows after that many failures.',
  }),
  maxAttempts: whole({
    default: 5,
    min: 1,
    max: 100,
    doc: 'How often a row is sent at most when it fails for passing reasons. Waits that the service asks for do not count.',
  }),
  baseDelayMs: durationMs({
    default: 500,
    min: 1,
    max: 60_000,
    doc: 'Upper end of the first back-off; doubled with each further one, up to 30 s.',
  }),
  sizer: instance<RequestSizer>(['next', 'record'])({
    defaultText: "that of the client's governor for this table and operation",
    doc: 'Decides the rows of a request.',
  }),
  metadata: instance<TableSource>(['tableOfSet', 'details'])({
    defaultText: 'the service is asked, once',
    doc: 'Where to learn about the table.',
  }),
  clock: instance<Clock>(['now', 'delay'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Time and waiting.',
  }),
  random: callable<() => number>()({
    default: Math.random,
    defaultText: 'Math.random',
    doc: 'A number from 0 up to 1, for back-offs.',
  }),
  newId: callable<() => string>()({
    default: () => globalThis.crypto.randomUUID(),
    defaultText: 'crypto.randomUUID',
    doc: 'Makes the GUIDs of created rows.',
  }),
  ...serviceOptions,
})

type Declared = OptionsInput<typeof upsertWriterOptions.spec>
type Resolved = OptionsOutput<typeof upsertWriterOptions.spec>

/** What is done with a row. */
export type WriteOperation = Resolved['operation']

/** How rows are sent. */
export type WriteStrategy = Resolved['strategy']

export interface UpsertWriterOptions<R extends object = Row> extends Omit<Declared, 'keyOf' | 'translate'> {
  /** Brings the values of the key where the rows themselves do not hold them. Default: they do. */
  readonly keyOf?: ((row: R) => Readonly<Record<string, unknown>>) | undefined
  /** Takes rows in people's words; `true`, or how columns are filled. Default: rows come as the Web API takes them. */
  readonly translate?: RowTranslation<R> | boolean | undefined
}

/** Options of the service itself that every write carries. */
export type ServiceOptions = OptionsInput<typeof serviceOptions>

/** What the writer reads of its options. */
export interface WriterSettings
  extends Omit<
    Resolved,
    'batchSize' | 'keyOf' | 'translate' | 'stopAfterFailures' | keyof typeof serviceOptions
  > {
  readonly keyOf: ((row: Row) => Readonly<Record<string, unknown>>) | undefined
  /** How rows are translated; undefined where they come as they are sent. */
  readonly translate: TranslationSettings | undefined
  readonly stopAfterFailures: number
  /** How values are taken, by `emptyText` and `badCharacters`. */
  readonly values: ValueRules
  /** Headers and query of every write. */
  readonly service: ServiceHeaders
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for options that cannot be right, names that there are none of included
 */
export function toWriterSettings<R extends object>(input: UpsertWriterOptions<R>): WriterSettings {
  const given = upsertWriterOptions.parse(input as unknown as Declared)
  const { batchSize, operation, strategy, sizer, translate } = given
  if (translate !== undefined && given.keyOf !== undefined)
    throw new TypeError('keyOf and translate exclude each other: translated rows hold their key')
  return {
    ...given,
    keyOf: given.keyOf as WriterSettings['keyOf'],
    translate: translate === undefined || translate === false ? undefined : toTranslationSettings(translate),
    returnIds: given.returnIds || given.returnColumns.length > 0,
    sizer: strategy === 'single' ? fixedSize(1) : batchSize === undefined ? sizer : fixedSize(batchSize),
    stopAfterFailures: given.stopAfterFailures ?? Number.POSITIVE_INFINITY,
    values: toValueRules(given, operation === 'create' || operation === 'upsert' ? 'leave' : 'clear'),
    service: toServiceHeaders(given),
  }
}

function fixedSize(rows: number): RequestSizer {
  return { next: () => rows, record: () => {} }
}
