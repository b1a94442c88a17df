import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { collect } from '../../command-line/flag-values.js'
import {
  addFromFlag,
  addOutputFlags,
  addSignInFlags,
  addSinkFlags,
  environmentOf,
  outputOf,
} from '../../command-line/shared-flags.js'
import { sinkFromFlags } from '../../sink/sink-settings.js'
import { parseTableChoice } from '../../tables/table-choice.js'

/** `deltaverse status`: how far tables are in a sink. */
export function addStatus(program: Command, execute: Execute): Command {
  const command = program
    .command('status')
    .description(
      'say of each table how far it is, how long its token lives, and who works on it; reads no rows',
    )
  addFromFlag(command.optionsGroup('What to look at:')).requiredOption(
    '--table <name>',
    'a table, as it was pulled; repeat it for others',
    collect,
  )
  addOutputFlags(addSignInFlags(addSinkFlags(command)))
  return command.action(async (flags) => {
    const settings = {
      environment: environmentOf(flags.from, flags),
      tables: (flags.table as readonly string[]).map(parseTableChoice),
      sink: await sinkFromFlags(flags),
    }
    await execute(outputOf(flags), async () => {
      const { runStatus } = await import('./run-status.js')
      return (context) => runStatus(settings, context)
    })
  })
}
