import { Command, InvalidArgumentError, Option } from 'commander'

const examples = `
Without --url an emulator with 10,000 products is there, and the file of a night is written and synced. Run it again: nothing
is written. Then: --night 2.

Examples:
  npm run example:erp
  npm run example:erp -- --night 2 --dry-run
  npm run example:erp -- --url https://contoso.crm4.dynamics.com --file night.csv --dry-run
  npm run example:erp -- --url https://contoso.crm4.dynamics.com --replay night.csv.rejected.ndjson

Credentials come from the environment: DATAVERSE_TOKEN; or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or
AZURE_CLIENT_CERTIFICATE_PATH); or DATAVERSE_AUTH=device-code or managed-identity. A URL of this machine (an emulator) needs none.

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 some rows failed and the rest are done, 130 or 143 stopped by a signal.`

/** The options of the app, with their defaults; `--help` is made of them. */
export function createProgram(version: string): Command {
  return new Command('npm run example:erp --')
    .description("Brings an ERP's products into Dataverse by product number: only what changed is written")
    .usage('[options]')
    .allowExcessArguments(false)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .optionsGroup('What to sync:')
    .addOption(
      new Option('--url <url>', 'environment, https://contoso.crm4.dynamics.com').env('DATAVERSE_URL'),
    )
    .option('--file <csv>', "the ERP's products: all of them, one in each row")
    .option('--replay <ndjson>', 'write rows again that failed, after they were corrected')
    .option('--dry-run', 'show what would be created, updated (which columns) and deactivated', false)
    .option('--dead-letters <ndjson>', 'where rows go that fail (default: the file, with .rejected.ndjson)')
    .addOption(
      new Option('--batch-size <rows>', 'rows compared, and written where they differ, in one go')
        .argParser(parseBatchSize)
        .default(1_000),
    )
    .optionsGroup('What is gone:')
    .option('--no-deactivate', 'leave products alone that are not in the file')
    .addOption(
      new Option('--max-delete-share <percent>', 'deactivate at most this share of the active products')
        .argParser(parsePercent)
        .default(0.1, '10'),
    )
    .option('--scope <filter>', 'OData filter of the products that the file speaks for (default: all)')
    .optionsGroup('Output:')
    .option('--json', 'print one JSON object on stdout, everything else on stderr', false)
    .option('--allow-insecure-http', 'allow http: to another machine: the token travels in clear', false)
    .optionsGroup('The emulator, without --url:')
    .addOption(
      new Option('--products <count>', 'size of a new catalogue').argParser(parseCount).default(10_000),
    )
    .addOption(new Option('--night <number>', 'how many nights have passed').argParser(parseCount).default(1))
    .option('--state <folder>', "folder of the emulator's state", '.deltaverse/erp')
    .option('--in-memory', 'keep no state; the night is synced twice', false)
    .option('--out <folder>', "folder of the night's file", 'out/erp')
    .optionsGroup('Other:')
    .addHelpText('after', examples)
}

function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 1_000_000) return count
  throw new InvalidArgumentError('It must be a whole number from 1 to 1,000,000.')
}

function parseBatchSize(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 1_000) return count
  throw new InvalidArgumentError('It must be a whole number from 1 to 1,000.')
}

function parsePercent(text: string): number {
  const percent = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && percent <= 100) return percent / 100
  throw new InvalidArgumentError('It must be a number from 0 to 100.')
}
