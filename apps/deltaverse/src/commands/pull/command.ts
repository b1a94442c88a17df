import { type Command, Option } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { collect, collectTexts, parseCount, parseSeconds, parseText } from '../../command-line/flag-values.js'
import {
  addFromFlag,
  addRunOutputFlags,
  addSignInFlags,
  addSinkFlags,
  environmentOf,
  outputOf,
} from '../../command-line/shared-flags.js'
import { UsageError } from '../../program/usage-error.js'
import { sinkFromFlags } from '../../sink/sink-settings.js'
import { parseTableChoice, type TableChoice } from '../../tables/table-choice.js'
import type { PullSettings } from './run-pull.js'

/** `deltaverse pull`: a table's rows, and what changes of them, to a sink. */
export function addPull(program: Command, execute: Execute): Command {
  const command = addPullFlags(
    program
      .command('pull')
      .description(
        'bring tables of an environment to files or a database: everything first, then what changed',
      )
      .addHelpText('after', examples),
  )
  return command.action(async (flags) => {
    const settings = await pullSettingsOf(flags)
    await execute(outputOf(flags), async () => {
      const { runPull } = await import('./run-pull.js')
      return (context) => runPull(settings, context)
    })
  })
}

/** The flags of whatever pulls or says what a pull would do. */
export function addPullFlags(command: Command): Command {
  addFromFlag(command.optionsGroup('What to read:'))
    .option(
      '--table <name[:columns]>',
      'a table by logical name or entity set, and its columns: account:name,accountnumber; repeat it for others',
      collect,
      [],
    )
    .addOption(
      new Option(
        '--query <address>',
        'in place of a table, a query: accounts?$select=name&$filter=statecode eq 0; what it finds is copied each time',
      ).argParser(parseText),
    )
    .addOption(new Option('--fetchxml <file>', 'the same, a query in FetchXML').argParser(parseText))
    .addOption(
      new Option('--as <name>', 'what the rows of a query are kept as (default: its table)').argParser(
        parseText,
      ),
    )
    .addOption(
      new Option('--annotations <names>', 'annotations to ask for, such as "*" (default: none)').argParser(
        collectTexts,
      ),
    )
    .addOption(
      new Option('--page-size <rows>', "rows in a page (default: the service's maximum)").argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option('--concurrency <tables>', 'tables at once; all of them with --follow')
        .argParser(parseCount)
        .default(4),
    )
  addSinkFlags(command)
    .optionsGroup('How long:')
    .option('--follow', 'go on reading what changes, until Ctrl-C', false)
    .addOption(
      new Option('--min-interval <seconds>', 'with --follow: wait at least')
        .argParser(parseSeconds)
        .default(5),
    )
    .addOption(
      new Option('--max-interval <seconds>', 'with --follow: wait at most, while nothing changes')
        .argParser(parseSeconds)
        .default(60),
    )
    .option('--restart', 'read in full, although there is a checkpoint', false)
    .addOption(
      new Option('--on-mismatch <what>', 'when the checkpoint is of other columns or another environment')
        .choices(['refuse', 'reset'])
        .default('refuse'),
    )
    .addOption(
      new Option(
        '--commit-bytes <bytes>',
        'within a read: fewest bytes of rows between two commits (or a second)',
      )
        .argParser(parseCount)
        .default(64 * 1024 * 1024),
    )
  return addRunOutputFlags(addSignInFlags(command))
}

type SignInFlags = Parameters<typeof environmentOf>[1]
type SinkFlags = Parameters<typeof sinkFromFlags>[0]

interface PullFlags
  extends SignInFlags,
    SinkFlags,
    Pick<
      PullSettings,
      'annotations' | 'pageSize' | 'concurrency' | 'restart' | 'onMismatch' | 'commitBytes' | 'maxDeleteShare'
    > {
  readonly from: string
  readonly table: readonly string[]
  readonly query?: string
  readonly fetchxml?: string
  readonly as?: string
  readonly follow: boolean
  readonly minInterval: number
  readonly maxInterval: number
  readonly lockWait: number
}

/** @throws UsageError where nothing is asked for, or a query and something else */
async function choicesOf({ table, query, fetchxml, as }: PullFlags): Promise<readonly TableChoice[]> {
  // Loaded for a query alone: who asks for help waits for nothing of it.
  const { queryChoice, readFetchXml } = await import('../../tables/query-choice.js')
  const queries = [
    ...(query === undefined ? [] : [query]),
    ...(fetchxml === undefined ? [] : [readFetchXml(fetchxml)]),
  ]
  const [only, ...others] = queries
  if (only === undefined) {
    if (as !== undefined)
      throw new UsageError('--as names the rows of --query or --fetchxml; tables have their own names')
    if (table.length === 0) throw new UsageError('what to read: give --table, or --query, or --fetchxml')
    return table.map(parseTableChoice)
  }
  if (table.length + others.length > 0)
    throw new UsageError('one of --table, --query and --fetchxml at a time')
  return [queryChoice(only, as)]
}

/** What the flags say. @throws UsageError */
export async function pullSettingsOf(flags: PullFlags): Promise<PullSettings> {
  if (flags.minInterval > flags.maxInterval) {
    throw new UsageError(
      `--min-interval must not be above --max-interval, not ${flags.minInterval} and ${flags.maxInterval}`,
    )
  }
  return {
    environment: environmentOf(flags.from, flags),
    tables: await choicesOf(flags),
    sink: await sinkFromFlags(flags),
    annotations: flags.annotations,
    pageSize: flags.pageSize,
    concurrency: flags.concurrency,
    follow: flags.follow
      ? { minIntervalMs: flags.minInterval * 1000, maxIntervalMs: flags.maxInterval * 1000 }
      : undefined,
    restart: flags.restart,
    onMismatch: flags.onMismatch,
    commitBytes: flags.commitBytes,
    lockWaitMs: flags.lockWait * 1000,
    maxDeleteShare: flags.maxDeleteShare,
  }
}

const examples = `
Examples:
  deltaverse pull --from https://contoso.crm4.dynamics.com --table account:name,accountnumber --to ./data
  deltaverse pull --from $URL --table account --table contact --to postgres://localhost/crm --follow
  deltaverse pull --from $URL --query "accounts?$select=name&$filter=revenue gt 1000000" --as large --to ./data --mode mirror
  deltaverse pull --from http://127.0.0.1:8088 --table product --to ./data --mode mirror --lines rows --json`
