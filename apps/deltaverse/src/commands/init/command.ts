import { type Command, Option } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { addOutputFlags, addSignInFlags, environmentOf, outputOf } from '../../command-line/shared-flags.js'
import { UsageError } from '../../program/usage-error.js'

/** Where `deltaverse emulate` listens. */
const emulatorUrl = 'http://127.0.0.1:8088'

/** `deltaverse init`: a job file to begin with. */
export function addInit(program: Command, execute: Execute): Command {
  const command = program
    .command('init')
    .description('write a job file to begin with, with the tables and keys that an environment has')
    .addOption(
      new Option('--from <url>', 'environment, https://contoso.crm4.dynamics.com')
        .env('DATAVERSE_URL')
        .argParser(parseText),
    )
    .option('--emulator', `for the emulator that deltaverse emulate runs, ${emulatorUrl}`, false)
    .option('-o, --output <file>', 'the file to write', parseText, 'deltaverse.yaml')
  addOutputFlags(addSignInFlags(command))
  return command.action(async (flags) => {
    const url = flags.from ?? (flags.emulator ? emulatorUrl : undefined)
    if (url === undefined)
      throw new UsageError('--from names an environment, or --emulator takes the one of deltaverse emulate')
    await execute(outputOf(flags), async () => {
      const { runInit } = await import('./run-init.js')
      return (context) => runInit({ environment: environmentOf(url, flags), output: flags.output }, context)
    })
  })
}
