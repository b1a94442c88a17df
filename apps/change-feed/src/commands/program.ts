import { Command, InvalidArgumentError, Option } from 'commander'
import { authNames, cloudNames } from 'deltaverse/program'

const examples = `
Without --url the demonstration runs: an emulator with a product catalogue, its full read, a night of changes, the delta.
Run it again, and it continues from its checkpoint with the next night.

Examples:
  npm start
  npm start -- --url https://contoso.crm4.dynamics.com --table account --select name,accountnumber --out ./data
  npm start -- --url https://contoso.crm4.dynamics.com --table account contact --follow
  npm start -- --url http://127.0.0.1:8088 --table products --json

Credentials: secrets come from the environment or from files, never from arguments, which every user of a machine can read.
  client-secret     AZURE_CLIENT_SECRET, with --tenant-id and --client-id or AZURE_TENANT_ID and AZURE_CLIENT_ID
  certificate       AZURE_CLIENT_CERTIFICATE_PATH (PEM or PFX file), AZURE_CLIENT_CERTIFICATE_PASSWORD where it has one
  managed-identity  nothing; --client-id for a user-assigned one
  device-code       --client-id; shows a code to sign in with
  token             DATAVERSE_TOKEN: a token fetched elsewhere
  A URL of this machine (an emulator) needs none.

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 some tables failed and the rest are done; 129, 130 or 143 stopped by a signal
(what was committed is kept; the next start goes on from there).`

/** The options of the app, with their defaults; `--help` is made of them. */
export function createProgram(version: string): Command {
  return new Command('npm start --')
    .description(
      'Streams the change feed of Dataverse tables to NDJSON files: first everything, then what changed',
    )
    .usage('[options]')
    .allowExcessArguments(false)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .optionsGroup('What to read:')
    .addOption(
      new Option('--url <url>', 'environment, https://contoso.crm4.dynamics.com').env('DATAVERSE_URL'),
    )
    .addOption(
      new Option(
        '--table <name...>',
        'tables by logical name or entity set; repeat, or separate with commas',
      ).argParser(collectNames),
    )
    .addOption(
      new Option('--select <columns>', 'columns, separated with commas (default: all)').argParser(
        collectNames,
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
      new Option(
        '--max-record-bytes <bytes>',
        'most bytes of one row; notes and attachments may have 128 MB and more (default: 64 MiB)',
      ).argParser(parseCount),
    )
    .addOption(
      new Option('--concurrency <tables>', 'tables at once; all of them with --follow')
        .argParser(parseCount)
        .default(4),
    )
    .optionsGroup('Where to and how long:')
    .addOption(
      new Option('--out <folder>', 'folder of the data files and their checkpoints')
        .argParser(parseText)
        .default('out'),
    )
    .addOption(
      new Option('--mode <what>', 'every change in order, or the rows as they are')
        .choices(['log', 'mirror'])
        .default('log'),
    )
    .option('--gzip', 'compress the data files', false)
    .addOption(
      new Option(
        '--commit-bytes <bytes>',
        'within a read: fewest bytes of rows between two commits (or a second)',
      )
        .argParser(parseCount)
        .default(64 * 1024 * 1024),
    )
    .addOption(
      new Option('--lock-wait <seconds>', 'how long to wait for another process that works on the same files')
        .argParser(parseWait)
        .default(30),
    )
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
    .addOption(
      new Option(
        '--max-delete-share <share>',
        'stop before a read deletes more than this share of a table; 1 allows everything',
      )
        .argParser(parseShare)
        .default(0.5),
    )
    .option('--restart', 'read in full, although there is a checkpoint', false)
    .addOption(
      new Option('--on-mismatch <what>', 'when the checkpoint is of other columns or another environment')
        .choices(['refuse', 'reset'])
        .default('refuse'),
    )
    .optionsGroup('Signing in:')
    .addOption(
      new Option('--auth <way>', 'how (default: as the environment variables below say)').choices(authNames),
    )
    .addOption(new Option('--tenant-id <id>', 'directory (tenant) id or domain').env('AZURE_TENANT_ID'))
    .addOption(new Option('--client-id <id>', 'application (client) id').env('AZURE_CLIENT_ID'))
    .addOption(new Option('--cloud <name>', 'cloud (default: told from the URL)').choices(cloudNames))
    .option(
      '--allow-insecure-http',
      'allow http: to another machine, so that the token travels in clear',
      false,
    )
    .optionsGroup('Output:')
    .option('--json', 'print one JSON object on stdout at the end, everything else on stderr', false)
    .option('--trace', 'say each step on stderr', false)
    .optionsGroup('The demonstration:')
    .addOption(
      new Option('--products <count>', 'size of a new catalogue').argParser(parseCount).default(10_000),
    )
    .addOption(
      new Option('--state <folder>', "folder of the emulator's state")
        .argParser(parseText)
        .default('.deltaverse'),
    )
    .optionsGroup('Other:')
    .addHelpText('after', examples)
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/

function collectNames(text: string, before: string[] = []): string[] {
  const names = collectTexts(text)
  for (const name of names) {
    if (!namePattern.test(name)) throw new InvalidArgumentError(`"${name}" is no name.`)
  }
  return [...before, ...names]
}

function collectTexts(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.every((part) => part !== '')) return parts
  throw new InvalidArgumentError('Between the commas stand names.')
}

function parseText(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It must not be empty.')
}

function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('It must be a whole number of at least 1.')
}

function parseWait(text: string): number {
  return text === '0' ? 0 : parseSeconds(text)
}

function parseShare(text: string): number {
  const share = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && share <= 1) return share
  throw new InvalidArgumentError('It must be a number from 0 to 1.')
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && seconds > 0) return seconds
  throw new InvalidArgumentError('It must be a number above 0.')
}
