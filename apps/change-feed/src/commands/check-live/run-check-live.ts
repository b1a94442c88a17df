import type { DataverseClient } from '@deltaverse/client'
import Table from 'cli-table3'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { connect } from 'deltaverse/connect'
import {
  chooseCredential,
  describeError,
  exitCodes,
  listenForStopSignals,
  UsageError,
} from 'deltaverse/program'
import type { Fact } from './fact.js'
import { probeClearing } from './lookup-probes.js'
import { probeReading } from './read-probes.js'
import { probeWriting } from './write-probes.js'

type Environment = Readonly<Record<string, string | undefined>>

interface LiveSettings {
  readonly url: string
  readonly table: string
  readonly writeTable: string | undefined
  readonly pageSize: number
  readonly maxPages: number
  readonly json: boolean
}

/** Compares what this project counts on with what a real environment does. Resolves with the exit code. */
export async function runCheckLive(argv: readonly string[], env: Environment): Promise<number> {
  const stop = listenForStopSignals()
  try {
    const settings = parseLiveArguments(argv, env)
    if (settings === undefined) return exitCodes.done
    const credential = await chooseCredential(
      { url: settings.url, auth: undefined, tenantId: undefined, clientId: undefined, cloud: undefined },
      env,
      console.error,
    )
    const client = connect({ url: settings.url, credential, userAgent: 'deltaverse-check-live' })
    try {
      printFacts(settings, await lookAtEverything(client, settings, stop.signal))
    } finally {
      await client.close()
    }
    return exitCodes.done
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`wrong arguments: ${error.message}. See --help.`)
      return exitCodes.wrongArguments
    }
    console.error(`failed: ${describeError(error).message}`)
    return stop.exitCode() ?? exitCodes.failed
  } finally {
    stop.dispose()
  }
}

async function lookAtEverything(
  client: DataverseClient,
  { table, writeTable, pageSize, maxPages }: LiveSettings,
  signal: AbortSignal,
): Promise<Fact[]> {
  const call = { signal }
  const facts = await probeReading(client, { table, pageSize, maxPages, call })
  if (writeTable === undefined) return facts
  const written = await probeWriting(client, { table: writeTable, maxPages, call })
  return [...facts, ...written, ...(await probeClearing(client, { table: writeTable, call }))]
}

function printFacts(settings: LiveSettings, facts: readonly Fact[]): void {
  if (settings.json) {
    console.log(JSON.stringify({ facts }))
    return
  }
  const table = new Table({
    head: ['fact', 'expected', 'seen', ''],
    colWidths: [34, 26, 44, 13],
    wordWrap: true,
    style: { head: [], border: [] },
  })
  for (const { what, expected, seen, verdict } of facts) table.push([what, expected, seen, verdict])
  console.log(table.toString())
  const differ = facts.filter(({ verdict }) => verdict === 'differs').length
  console.log(
    differ === 0
      ? 'Nothing differs from what is counted on.'
      : `${differ} of ${facts.length} differ from what is counted on: please report the table (it holds no rows and no secrets).`,
  )
}

function parseLiveArguments(argv: readonly string[], env: Environment): LiveSettings | undefined {
  const program = new Command('npm run check:live --')
    .description(
      'Compares what Deltaverse counts on with what a real environment does. Reads only, unless --write-table names a scratch table.',
    )
    .usage('[options]')
    .allowExcessArguments(false)
    .helpOption('-h, --help', 'show this help')
    .option('--table <name>', 'table to read, by logical name or entity set', 'account')
    .option('--write-table <name>', 'scratch table: three rows are created, changed and deleted in it')
    .addOption(new Option('--page-size <rows>', 'rows in a small page').argParser(parseCount).default(5))
    .addOption(
      new Option('--max-pages <pages>', 'pages to read for a delta link').argParser(parseCount).default(20),
    )
    .option('--json', 'print the facts as one JSON object', false)
    .addHelpText(
      'after',
      '\nNeeds DATAVERSE_URL, and AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH), or DATAVERSE_TOKEN, or DATAVERSE_AUTH, in the environment.',
    )
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return undefined
    throw new UsageError(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '))
  }
  const url = env.DATAVERSE_URL?.trim() ?? ''
  if (!URL.canParse(url)) {
    throw new UsageError(
      'set DATAVERSE_URL to an environment such as https://contoso.crm4.dynamics.com, and credentials in the environment',
    )
  }
  const values = program.opts()
  return {
    url,
    table: values.table,
    writeTable: values.writeTable,
    pageSize: values.pageSize,
    maxPages: values.maxPages,
    json: values.json,
  }
}

function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1) return count
  throw new InvalidArgumentError('It must be a whole number of at least 1.')
}
