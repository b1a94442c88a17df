import { type Command, InvalidArgumentError } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { addOutputFlags, outputOf } from '../../command-line/shared-flags.js'

/** `deltaverse emulate`: a Dataverse on this machine, to try things out. */
export function addEmulate(program: Command, execute: Execute): Command {
  const command = program
    .command('emulate')
    .description(
      'run a local Dataverse to try things on, until Ctrl-C; no tenant and no credential is needed',
    )
    .option('-p, --port <number>', 'port to listen on; 0 takes a free one', wholeTo(65_535), 8088)
    .option('--host <address>', 'address to listen on', parseText, '127.0.0.1')
    .option('--rows <file>', 'JSON of rows to begin with: {"accounts":[{"name":"…"}]}', parseText)
    .option('--state <folder>', 'keeps what is written; without it nothing is kept', parseText)
    .option('--token-lifetime-days <days>', 'days that delta tokens live', wholeTo(365), 7)
  addOutputFlags(command)
  return command.action(async (flags) => {
    await execute(outputOf(flags), async () => {
      const { runEmulate } = await import('./run-emulate.js')
      return (context) => runEmulate(flags, context)
    })
  })
}

function wholeTo(max: number): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && Number(text) <= max) return Number(text)
    throw new InvalidArgumentError(`It is a whole number from 0 to ${max}.`)
  }
}
