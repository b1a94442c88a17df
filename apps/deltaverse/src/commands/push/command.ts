import { type Command, Option } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import {
  collect,
  collectNames,
  collectTexts,
  parseCount,
  parseShare,
  parseText,
} from '../../command-line/flag-values.js'
import {
  addRunOutputFlags,
  addSignInFlags,
  environmentOf,
  outputOf,
} from '../../command-line/shared-flags.js'
import { emptyCells, type MappingDefaults } from '../../push/column-mapping.js'
import { parseMapFlag } from '../../push/parse-map-flag.js'
import { missingRows, type PushSettings } from '../../push/push-settings.js'
import { type SourceFormat, sourceFormats } from '../../sources/source-settings.js'

/** `deltaverse push`: rows of a file into a table. */
export function addPush(program: Command, execute: Execute): Command {
  const command = addPushFlags(
    program
      .command('push')
      .description('write rows of a file into a table by their key: what is new or differs, and nothing else')
      .addHelpText('after', examples),
  )
  return command.action(async (path: string, flags) => {
    const settings = pushSettingsOf(path, flags)
    await execute(outputOf(flags), async () => {
      const { runPush } = await import('./run-push.js')
      return (context) => runPush({ environment: environmentOf(flags.to, flags), ...settings }, context)
    })
  })
}

/** The flags of whatever pushes or says what a push would do. */
export function addPushFlags(command: Command): Command {
  command
    .argument('<file>', 'CSV, NDJSON or JSON, also in .gz; - for standard input', parseText)
    .optionsGroup('Where to:')
    .addOption(
      new Option('--to <url>', 'environment, https://contoso.crm4.dynamics.com')
        .env('DATAVERSE_URL')
        .argParser(parseText)
        .makeOptionMandatory(),
    )
    .requiredOption('--table <name>', 'logical name or entity set', parseText)
    .requiredOption('--key <columns>', 'columns that name a row, separated with commas', collectNames)
    .addOption(
      new Option('--operation <what>', 'upsert updates or creates; create and update do only that')
        .choices(['upsert', 'create', 'update'])
        .default('upsert'),
    )
    .addOption(
      new Option('--missing <what>', 'rows that this source brought before and does not have any more')
        .choices(missingRows)
        .default('ignore'),
    )
    .addOption(
      new Option(
        '--max-delete-share <share>',
        'of the rows known, the most that may go as missing in one run',
      )
        .argParser(parseShare)
        .default(0.5),
    )
    .addOption(
      new Option('--batch-size <rows>', 'rows in a request (default: what the service takes)').argParser(
        parseCount,
      ),
    )
    .optionsGroup('What the file means:')
    .addOption(new Option('--format <name>', 'default: by the ending').choices(sourceFormats))
    .option(
      '--encoding <name>',
      'such as windows-1252 (default: UTF-8, or by the byte order mark)',
      parseText,
    )
    .option('--delimiter <text>', 'of CSV (default: found in the first line)', parseText)
    .option('--header <names>', 'names of the columns, for CSV without a header', collectTexts)
    .option(
      '--map <Header=column>',
      'where a column of the file goes; Header=column:table.column finds the row that a look-up points at; repeat it',
      collect,
    )
    .addOption(
      new Option('--empty <what>', 'empty cells clear the column, skip it, or refuse the row').choices(
        emptyCells,
      ),
    )
    .option(
      '--date-format <letters>',
      'of dates in the file, such as dd.MM.yyyy (default: ISO 8601)',
      parseText,
    )
    .option(
      '--time-zone <name>',
      'of times that say none, such as Europe/Berlin (default: they are refused)',
      parseText,
    )
    .addOption(new Option('--decimal <sign>', 'between a number and its fraction').choices([',', '.']))
    .optionsGroup('What is kept:')
    .option('--dead-letters <file>', 'NDJSON of the rows that were not written', parseText)
    .addOption(
      new Option('--state <folder>', 'remembers which rows a source brought, for --missing')
        .argParser(parseText)
        .default('.deltaverse'),
    )
  return addRunOutputFlags(addSignInFlags(command))
}

interface PushFlags
  extends Omit<PushSettings, 'source' | 'mapping' | 'byName' | 'defaults'>,
    MappingDefaults {
  readonly map?: readonly string[]
  readonly dateFormat?: string
  readonly format?: SourceFormat
  readonly encoding?: string
  readonly delimiter?: string
  readonly header?: readonly string[]
}

/** What the flags say. @throws UsageError */
export function pushSettingsOf(path: string, flags: PushFlags): PushSettings {
  const { map = [], dateFormat, timeZone, decimal, empty } = flags
  return {
    source: {
      path,
      format: flags.format,
      encoding: flags.encoding,
      delimiter: flags.delimiter === '\\t' ? '\t' : flags.delimiter,
      header: flags.header,
    },
    table: flags.table,
    key: flags.key,
    operation: flags.operation,
    mapping: map.map(parseMapFlag),
    byName: true,
    defaults: { decimal, empty, format: dateFormat, timeZone },
    missing: flags.missing,
    maxDeleteShare: flags.maxDeleteShare,
    deadLetters: flags.deadLetters,
    state: flags.state,
    batchSize: flags.batchSize,
  }
}

const examples = `
Examples:
  deltaverse push employees.csv --to https://contoso.crm4.dynamics.com --table contact --key employeeid
  deltaverse push employees.csv --to $URL --table contact --key employeeid --missing deactivate --dead-letters letters.ndjson
  deltaverse push people.csv --to $URL --table contact --key employeeid --map 'Number=employeeid' --map 'Name=lastname' \\
    --map 'Company=parentcustomerid:account.accountnumber'`
