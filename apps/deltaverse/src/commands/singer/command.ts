import { createReadStream } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { UsageError } from '../../program/usage-error.js'

/** `deltaverse singer`: as a tap, and as a target, of Singer and Meltano. */
export function addSinger(program: Command, execute: Execute): Command {
  const singer = program
    .command('singer')
    .description(
      'as a tap or a target of Singer and Meltano: messages on standard output, words on standard error',
    )
  addTap(singer, execute)
  addTarget(singer, execute)
  for (const command of singer.commands) command.exitOverride().configureOutput({ writeErr: () => undefined })
  return singer
}

function addTap(singer: Command, execute: Execute): void {
  addCommonFlags(
    singer
      .command('tap')
      .description(
        'print tables as SCHEMA, RECORD and STATE: everything first, then what changed since the state',
      ),
  )
    .addOption(new Option('--state <file>', 'the value of the last STATE').argParser(parseText))
    .addOption(
      new Option(
        '--catalog <file>',
        'streams and columns that are wanted, as --discover prints them (default: all)',
      ).argParser(parseText),
    )
    .option('--discover', 'print the catalog of what there is', false)
    .action(async (flags) => {
      if (flags.about) return await printAbout(execute, 'tap')
      const settings = {
        config: configOf(flags),
        state: flags.state,
        catalog: flags.catalog,
        discover: flags.discover,
      }
      await execute({ json: false, trace: flags.trace }, async () => {
        const { runTap } = await import('./run-tap.js')
        return (context) => runTap(settings, context)
      })
    })
}

function addTarget(singer: Command, execute: Execute): void {
  addCommonFlags(
    singer
      .command('target')
      .description(
        "write a tap's records into tables by key, and print its states once what stands before them is written",
      ),
  )
    .addOption(new Option('--input <file>', 'the messages (default: standard input)').argParser(parseText))
    .action(async (flags) => {
      if (flags.about) return await printAbout(execute, 'target')
      const settings = {
        config: configOf(flags),
        input: flags.input === undefined ? process.stdin : createReadStream(flags.input),
      }
      await execute({ json: false, trace: flags.trace }, async () => {
        const { runTarget } = await import('./run-target.js')
        return (context) => runTarget(settings, context)
      })
    })
}

function addCommonFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--config <file>', 'JSON: url, tenant_id, client_id and what --about lists').argParser(
        parseText,
      ),
    )
    .option('--about', 'print name, version, capabilities and settings as JSON', false)
    .addOption(new Option('--format <name>', 'of --about').choices(['json']).default('json'))
    .option('--trace', 'say each step on stderr', false)
    .helpOption('-h, --help', 'show this help')
}

function configOf({ config }: { readonly config?: string | undefined }): string {
  if (config !== undefined) return config
  throw new UsageError('--config <file> is needed; --about says what it may hold')
}

async function printAbout(execute: Execute, role: 'tap' | 'target'): Promise<void> {
  await execute({ json: false, trace: false }, async () => {
    const { aboutText } = await import('./about.js')
    return async () => ({ report: { ok: true, exitCode: 0 }, text: await aboutText(role) })
  })
}
