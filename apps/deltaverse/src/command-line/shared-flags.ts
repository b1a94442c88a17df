import { type Command, Option } from 'commander'
import type { NetworkSettings } from '../environment/open-dispatcher.js'
import type { EnvironmentSettings } from '../environment/open-environment.js'
import { authNames, cloudNames } from '../environment/sign-in-names.js'
import type { OutputSettings } from '../output/output-settings.js'
import { collect, parseShare, parseText, parseWait } from './flag-values.js'
import { addNetworkFlags, type NetworkFlags, networkOf } from './network-flags.js'

/** How to sign in to the environment. */
export function addSignInFlags(command: Command): Command {
  command
    .optionsGroup('Signing in:')
    .addOption(
      new Option('--auth <way>', 'how (default: as the environment variables say)').choices(authNames),
    )
    .addOption(new Option('--tenant-id <id>', 'directory (tenant) id or domain').env('AZURE_TENANT_ID'))
    .addOption(new Option('--client-id <id>', 'application (client) id').env('AZURE_CLIENT_ID'))
    .addOption(new Option('--cloud <name>', 'cloud (default: told from the URL)').choices(cloudNames))
    .option(
      '--allow-insecure-http',
      'allow http: to another machine, so that the token travels in clear',
      false,
    )
  return addNetworkFlags(command)
}

/** What is printed where. */
export function addOutputFlags(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'print one JSON object on stdout at the end, everything else on stderr', false)
    .option('--trace', 'say each step on stderr', false)
    .addOption(
      new Option('--log <form>', 'of what is said meanwhile: text, or json on stderr, with times')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--events <file>', 'write all that happens as NDJSON; - for stdout', parseText)
    .helpOption('-h, --help', 'show this help')
}

/** Where from, as a flag. */
export function addFromFlag(command: Command): Command {
  return command.addOption(
    new Option('--from <url>', 'environment, https://contoso.crm4.dynamics.com')
      .env('DATAVERSE_URL')
      .argParser(parseText)
      .makeOptionMandatory(),
  )
}

/** The place that rows are kept in, and how. */
export function addSinkFlags(command: Command): Command {
  return command
    .optionsGroup('Where to:')
    .requiredOption(
      '--to <place>',
      'a folder (./data), a database (postgres://localhost/crm), a file of SQLite (crm.sqlite)',
      parseText,
    )
    .addOption(
      new Option('--mode <what>', 'log: every change in order; mirror: the rows as they are; table').choices([
        'log',
        'mirror',
        'table',
      ]),
    )
    .addOption(new Option('--format <name>', 'of files').choices(['ndjson', 'csv']))
    .addOption(
      new Option('--lines <what>', 'of NDJSON: changes, or in a mirror plain rows').choices([
        'changes',
        'rows',
      ]),
    )
    .option('--gzip', 'compress files')
    .option(
      '--sink <option=value>',
      'an option of the sink by its name, such as rotate.daily=true; repeat it for others',
      collect,
    )
    .addOption(
      new Option('--lock-wait <seconds>', 'how long to wait for another process that works on the same table')
        .argParser(parseWait)
        .default(30),
    )
    .addOption(
      new Option(
        '--max-delete-share <share>',
        'stop before a read deletes more than this share of a table; 1 allows everything',
      )
        .argParser(parseShare)
        .default(0.5),
    )
}

/** The flags of {@link addOutputFlags}, and those of work that takes its time. */
export function addRunOutputFlags(command: Command): Command {
  return addOutputFlags(command)
    .option('--report <file>', 'write a page of HTML about the run, with plots', parseText)
    .addOption(
      new Option('--heartbeat <seconds>', 'without a terminal: how often to say how far it is; 0 for never')
        .argParser(parseWait)
        .default(60),
    )
}

interface OutputFlags extends OutputSettings {
  readonly heartbeat?: number
}

/** What the flags of {@link addOutputFlags} say. */
export function outputOf({ json, trace, log, events, report, heartbeat }: OutputFlags): OutputSettings {
  return { json, trace, log, events, report, heartbeatMs: heartbeat && heartbeat * 1000 }
}

/** What the flags of {@link addSignInFlags} say of an environment at `url`. */
export function environmentOf(
  url: string,
  flags: Omit<EnvironmentSettings, 'url' | keyof NetworkSettings> & NetworkFlags,
): EnvironmentSettings {
  const { auth, tenantId, clientId, cloud, allowInsecureHttp } = flags
  return { url, auth, tenantId, clientId, cloud, allowInsecureHttp, ...networkOf(flags) }
}
