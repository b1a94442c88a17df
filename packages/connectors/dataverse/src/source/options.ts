import {
  type Checkpoint,
  type Clock,
  type FollowEvent,
  type ResetReason,
  type SourceEvent,
  systemClock,
} from '@deltaverse/core'
import {
  bytes,
  callable,
  createOption,
  defineOptions,
  durationMs,
  either,
  flag,
  instance,
  listOf,
  MiB,
  number,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  text,
  whole,
} from '@deltaverse/options'
import { defaultMaxDepth, defaultMaxRecordBytes } from '@deltaverse/protocol'
import { lookupAnnotations } from './labels/row-labels.js'
import { canonicalSelect, parsePosition, type ReadPosition } from './read-position.js'

/** What happens while a feed is read or followed. */
export type FeedEvent = SourceEvent | FollowEvent

const dayMs = 86_400_000

/** Options of a feed that are plain JSON, so that a file or a command line can hold them. */
export const plainFeedSpec = {
  select: listOf(text({ doc: 'A column.' }), {
    defaultText: 'all columns',
    doc: 'Columns to read; lookups by their property, `_parentcustomerid_value`.',
  }),
  onMismatch: oneOf(['refuse', 'reset'], {
    default: 'refuse',
    doc: 'What to do with a checkpoint of another environment, table or list of columns: refuse it with `checkpoint-mismatch`, or reset and read in full.',
  }),
  onExpired: oneOf(['resync', 'fail'], {
    default: 'resync',
    doc: 'What to do when the service no longer answers for the delta token: read in full under the next epoch, or fail with `delta-token-expired`.',
  }),
  gapGuard: flag({
    default: true,
    doc: 'Loses nothing that changes while several pages are read, whatever moment their token stands for. Costs a read of the primary keys before each full read and a request behind it, and reads a delta of several pages twice.',
  }),
  mode: oneOf(['tracked', 'full-copy', 'modified-since'], {
    default: 'tracked',
    doc: 'How the table is read. `tracked` follows change tracking. `full-copy` is for tables that cannot be tracked: every read is a full one, and whoever keeps the rows finds out which are gone. `modified-since` reads between two copies only the rows with a newer `modifiedon`; deletions, and rows whose `modifiedon` was set to an older time, are found by the next copy only.',
  }),
  overlapMs: durationMs({
    default: 300_000,
    max: 10 * 365 * dayMs,
    doc: 'With `modified-since`, how much older than the last read rows may be and are read again.',
  }),
  copyEveryMs: durationMs({
    default: dayMs,
    doc: 'With `modified-since`, how long after the last copy the next one is due; 0 for never.',
  }),
  pageSize: whole({
    min: 1,
    defaultText: "the service's own maximum",
    doc: 'Rows in a page, at most 5,000 (500 on elastic tables).',
  }),
  annotations: either(
    text({
      defaultText: 'none',
      doc: 'Annotations to ask for, such as `*` or `OData.Community.Display.V1.FormattedValue`. Some servers were seen to drop change tracking when annotations were asked for; the feed notices and says so.',
    }),
    listOf(text({ doc: 'One of them.' }), { doc: 'Several of them.' }),
  ),
  labels: flag({
    default: false,
    doc: 'Writes the label of each choice, state, status and yes/no beside its value, as `statuscode_label`, in the language of the caller; of several choices, joined by `; `. A label that is renamed leads to a full read.',
  }),
  lookups: oneOf(['ids', 'tables', 'names'], {
    default: 'ids',
    doc: 'What stands beside the ids of look-ups. `tables`: `parentid_entitytype`, of those that point at one table, from the definition. `names`: of all of them, and `parentid_label`, what the row is called; asks for annotations, which some servers were seen to answer without change tracking. A name is as of the last change of the row that points.',
  }),
  labelsMaxAgeMs: durationMs({
    default: 300_000,
    doc: 'How old labels may be when a feed that is followed asks again.',
  }),
  primaryKey: text({
    defaultText: 'asked of the service once',
    doc: 'Primary key column. Saves the request for the definition of the table, and its check that change tracking is on.',
  }),
  partitionKey: text({
    defaultText: '`partitionid` of an elastic table, nothing of others',
    doc: 'Column that tells the rows of one primary key apart. `none` says that no id is in two partitions: then the id alone does. Whether the table is elastic is told by its definition, which nobody asks for when `primaryKey` is given.',
  }),
  tokenLifetimeDays: either(
    oneOf(['ask'], {
      default: 'ask',
      doc: 'How long the service keeps a delta token, in days. `ask` reads `expirechangetrackingindays` of the organization; where that may not be read nothing is assumed, nor is with 0.',
    }),
    number({ doc: 'So many days.' }),
  ),
  expiryNoticeMs: durationMs({
    default: dayMs,
    doc: 'How long before the end of the delta token `expiring` is said.',
  }),
  readAheadBytes: bytes({
    default: 2 * MiB,
    doc: 'How far to read ahead of a slow consumer, in bytes of rows; 0 turns it off. Raise it to latency times rate where both are high.',
  }),
  maxRecordBytes: bytes({
    default: defaultMaxRecordBytes,
    min: 1,
    doc: 'Most bytes of one row. Notes and attachments can be larger than the default.',
  }),
  maxDepth: whole({
    default: defaultMaxDepth,
    min: 1,
    doc: 'Most levels of brackets in one row, or around the rows. Rows of the service have less than ten.',
  }),
  exactNumbers: flag({
    default: true,
    doc: 'Numbers that a JavaScript number cannot hold (beyond 2^53, or of too many digits) come as strings of their digits in `change.row`. `false` parses them as JavaScript does, which loses digits. Bytes are never touched.',
  }),
  decoder: oneOf(['slicer', 'stream-json'], {
    default: 'slicer',
    doc: '`slicer` checks what stands between the rows and leaves the rows to whoever parses them; `stream-json` checks every byte of every row first, at about half the speed.',
  }),
  maxPageRetries: whole({
    default: 5,
    doc: 'How often a page is asked for again when its body breaks off.',
  }),
} as const

/** The options of `createChangeFeed()`. */
export const changeFeedOptions = defineOptions('createChangeFeed()', {
  entitySet: text({ required: true, doc: 'Entity set of the table, as in URLs: `contacts`.' }),
  checkpoint: createOption<Checkpoint | null, { doc: string; defaultText: string }>(
    // Anything that came from a file or a database; whoever reads it says what is wrong with it.
    { check: (_, value) => value as Checkpoint | null, type: 'checkpoint or null' },
    {
      defaultText: 'none: the table is read in full',
      doc: 'Where to go on: what a `checkpoint` event gave, from wherever it was kept.',
    },
  ),
  restart: flag({
    default: false,
    doc: 'Reads the table in full although there is a checkpoint; the reset says `requested`.',
  }),
  ...plainFeedSpec,
  onEvent: callable<(event: FeedEvent) => void>()({
    default: () => {},
    defaultText: 'nobody',
    doc: 'Told of what happens while it reads and, when it is followed, between its reads. Not waited for.',
  }),
  clock: instance<Clock>(['now', 'delay'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Time and waiting; tests pass a virtual one.',
  }),
  random: callable<() => number>()({
    default: Math.random,
    defaultText: 'Math.random',
    doc: 'From 0 (inclusive) to 1, for jitter.',
  }),
})

export type ChangeFeedOptions = OptionsInput<typeof changeFeedOptions.spec>

/** What a feed reads of its options. */
export interface FeedSettings
  extends Omit<OptionsOutput<typeof changeFeedOptions.spec>, 'checkpoint' | 'restart'> {
  readonly restart: boolean | ResetReason
  /** Whether the position is known to be of this environment, whatever its host was called then. */
  readonly sameEnvironment?: boolean
  readonly canonicalSelect: readonly string[] | null
  readonly position: ReadPosition | undefined
  /** Of one read: columns that its position may lack. */
  readonly addedColumns: readonly string[]
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for what cannot be right, names that there are none of included; `checkpoint-invalid`
 */
export function toFeedSettings(input: ChangeFeedOptions): FeedSettings {
  const { checkpoint, ...given } = changeFeedOptions.parse(input)
  return {
    ...given,
    annotations: withLookupNames(given.annotations, given.lookups),
    canonicalSelect: canonicalSelect(given.select),
    position: checkpoint == null ? undefined : parsePosition(checkpoint),
    addedColumns: [],
  }
}

function withLookupNames(
  asked: string | readonly string[] | undefined,
  lookups: FeedSettings['lookups'],
): string | readonly string[] | undefined {
  if (lookups !== 'names') return asked
  const own = asked === undefined ? [] : typeof asked === 'string' ? [asked] : asked
  return own.includes('*') ? own : [...new Set([...own, ...lookupAnnotations])]
}
