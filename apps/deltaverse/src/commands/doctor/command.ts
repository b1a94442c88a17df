import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { collect } from '../../command-line/flag-values.js'
import {
  addFromFlag,
  addOutputFlags,
  addSignInFlags,
  environmentOf,
  outputOf,
} from '../../command-line/shared-flags.js'

/** `deltaverse doctor`: whether everything is there that jobs need. */
export function addDoctor(program: Command, execute: Execute): Command {
  const command = program
    .command('doctor')
    .description(
      'see whether everything is there: sign-in, clock, tables, tracking, keys, rights; each with what to do',
    )
  addFromFlag(command)
    .option('--table <name>', 'a table that jobs read or write; repeat it for others', collect)
    .option(
      '--key <table:columns>',
      'a key that jobs write by: contact:employeeid; repeat it for others',
      collect,
    )
  addOutputFlags(addSignInFlags(command))
  return command.action(async (flags) => {
    await execute(outputOf(flags), async () => {
      const { runDoctor } = await import('./run-doctor.js')
      const { table: tables = [], key: keys = [] } = flags
      return (context) => runDoctor({ environment: environmentOf(flags.from, flags), tables, keys }, context)
    })
  })
}
