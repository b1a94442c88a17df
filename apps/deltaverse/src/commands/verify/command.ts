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

/** `deltaverse verify`: compares what a sink holds with the table. */
export function addVerify(program: Command, execute: Execute): Command {
  const command = program
    .command('verify')
    .description('compare what a sink holds with the tables, name what differs, and mend it with --repair')
  addFromFlag(command.optionsGroup('What to compare:'))
    .requiredOption('--table <name[:columns]>', 'a table, as it was pulled; repeat it for others', collect)
    .option('--versions', 'compare keys and row versions alone, which reads no rows', false)
    .option('--repair', 'read the rows that differ again and write them', false)
  addOutputFlags(addSignInFlags(addSinkFlags(command)))
  return command.action(async (flags) => {
    const settings = {
      environment: environmentOf(flags.from, flags),
      tables: (flags.table as readonly string[]).map(parseTableChoice),
      sink: await sinkFromFlags(flags),
      repair: flags.repair,
      compare: flags.versions ? ('versions' as const) : ('values' as const),
      lockWaitMs: flags.lockWait * 1000,
      maxDeleteShare: flags.maxDeleteShare,
    }
    await execute(outputOf(flags), async () => {
      const { runVerify } = await import('./run-verify.js')
      return (context) => runVerify(settings, context)
    })
  })
}
