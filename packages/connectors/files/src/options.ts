import { badRowSpec, type DeadLetter } from '@deltaverse/bad-rows'
import { type Files, nodeFiles } from '@deltaverse/durable-files'
import {
  bytes,
  callable,
  defineOptions,
  flag,
  group,
  instance,
  MiB,
  number,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  text,
} from '@deltaverse/options'
import type { TableSchema } from '@deltaverse/schema'

/**
 * What happens to files besides being written.
 *
 * | kind | said when |
 * |---|---|
 * | `set-aside` | a file that nobody accounts for was in the way, and was renamed |
 * | `bad-row` | a row could not be kept, and its letter is in the dead-letter file |
 */
export type FileEvent =
  | { readonly kind: 'set-aside'; readonly path: string; readonly keptAs: string }
  | { readonly kind: 'bad-row'; readonly letter: DeadLetter }

/** The options of `createFileSink()`. */
export const fileSinkOptions = defineOptions('createFileSink()', {
  directory: text({ required: true, doc: 'Folder of the files; made when it is missing.' }),
  name: text({
    required: true,
    doc: 'What the files are called; characters that a file name cannot have are written as `%xx`. Mostly the name of the table.',
  }),
  mode: oneOf(['log', 'mirror'], {
    default: 'log',
    doc: '`log`: every change, in order, in numbered files. `mirror`: the rows as they are, in one file that is replaced when a read ends.',
  }),
  format: oneOf(['ndjson', 'csv'], {
    default: 'ndjson',
    doc: 'What a record looks like. May change from run to run: then a log goes on in another file, and a mirror is made anew.',
  }),
  lines: oneOf(['changes', 'rows'], {
    default: 'changes',
    doc: 'What a line of NDJSON holds: a change with its row, or, in a mirror, the row alone, byte for byte as it came.',
  }),
  csv: group(
    {
      delimiter: oneOf([',', ';', '\t', '|'], { default: ',', doc: 'What stands between two values.' }),
      quote: oneOf(['"', "'"], { default: '"', doc: 'What stands around values that need it.' }),
      lineEnd: oneOf(['\r\n', '\n'], {
        default: '\r\n',
        defaultText: 'CR and LF, as RFC 4180 has it',
        doc: 'What stands behind each record.',
      }),
      header: flag({ default: true, doc: 'Whether a file begins with the names of its columns.' }),
      nullText: text({
        defaultText: 'nothing between two delimiters',
        doc: 'What stands, unquoted, for null. A text that reads the same is quoted, and empty text always is.',
      }),
    },
    { doc: 'How CSV is written.' },
  ),
  tableSchema: callable<() => Promise<TableSchema>>()({
    doc: 'For CSV: asks for the columns where nobody calls `applySchema()`, such as `() => source.schema()`.',
  }),
  badCharacters: oneOf(['refuse', 'strip', 'replace'], {
    default: 'refuse',
    doc: 'For CSV: what becomes of characters that UTF-8 has no form for (halves of surrogate pairs): the row is refused, they are left out (strip), or U+FFFD stands in their place (replace). NDJSON holds whatever JSON does.',
  }),
  ...badRowSpec,
  deadLetterFile: text({
    defaultText: '`<name>.dead-letters.ndjson` in the folder',
    doc: badRowSpec.deadLetterFile.doc,
  }),
  compress: oneOf(['none', 'gzip'], {
    default: 'none',
    doc: 'May change from run to run; what is there stays readable.',
  }),
  rotate: group(
    {
      bytes: bytes({
        default: 1024 * MiB,
        min: 1,
        doc: 'Another file once this size is reached, as it is on the disk; a file ends at most 2 MiB of lines, or one long line, behind.',
      }),
      rows: number({ min: 1, defaultText: 'no limit', doc: 'Another file after exactly so many changes.' }),
      daily: flag({ default: false, doc: 'Another file for each day in UTC on which changes come.' }),
    },
    {
      doc: 'For a log: when it goes on in another file. A file is closed once it has reached the first of the limits.',
    },
  ),
  sortBytes: bytes({
    min: 1,
    defaultText: '32 MiB',
    doc: 'For a mirror: bytes of changes that are sorted in memory at a time when it is replaced; about twice as many are held. More of them are sorted in parts on the disk.',
  }),
  onEvent: callable<(event: FileEvent) => void>()({
    default: () => undefined,
    defaultText: 'nothing',
    doc: 'Told of what happens to files, and not waited for.',
  }),
  files: instance<Files>(['open', 'rename', 'syncFolder'])({
    default: nodeFiles,
    defaultText: 'the files of this machine',
    doc: 'File operations, for tests.',
  }),
  now: callable<() => number>()({
    default: Date.now,
    defaultText: '`Date.now`',
    doc: 'Milliseconds since 1970, for tests.',
  }),
})

type Spec = typeof fileSinkOptions.spec

export type FileSinkOptions = OptionsInput<Spec>

/** When a log goes on in another file. A file is closed once it has reached the first of the limits. */
export type RotateOptions = NonNullable<FileSinkOptions['rotate']>

/** Options with their defaults. */
type ResolvedOptions = OptionsOutput<Spec>

/** @throws TypeError or RangeError that names the option, what it has to be and what it was */
export function parseFileSinkOptions(options: FileSinkOptions): ResolvedOptions {
  const parsed = fileSinkOptions.parse(options)
  if (parsed.mode === 'mirror' && options.rotate !== undefined) {
    throw new TypeError('rotate needs mode "log": a mirror is one file')
  }
  if (parsed.format !== 'csv' && options.csv !== undefined) {
    throw new TypeError('csv needs format "csv"')
  }
  if (parsed.lines === 'rows' && (parsed.mode === 'log' || parsed.format === 'csv')) {
    throw new TypeError('lines "rows" needs mode "mirror" and format "ndjson": a log tells deletions too')
  }
  if (parsed.format !== 'csv' && options.badCharacters !== undefined) {
    throw new TypeError('badCharacters needs format "csv": NDJSON holds every text')
  }
  if (parsed.mode === 'log' && options.sortBytes !== undefined) {
    throw new TypeError('sortBytes needs mode "mirror": a log is not sorted')
  }
  return parsed
}
