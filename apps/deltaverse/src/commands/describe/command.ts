import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { collectNames } from '../../command-line/flag-values.js'
import {
  addFromFlag,
  addOutputFlags,
  addSignInFlags,
  environmentOf,
  outputOf,
} from '../../command-line/shared-flags.js'

/** `deltaverse tables`: the tables of an environment. */
export function addTables(program: Command, execute: Execute): Command {
  const command = program
    .command('tables')
    .description('list the tables: their names, and whether changes are tracked')
    .argument('[part]', 'only tables whose name holds this')
  addOutputFlags(addSignInFlags(addFromFlag(command)))
  return command.action(async (part: string | undefined, flags) => {
    await execute(outputOf(flags), async () => {
      const { runTables } = await import('./run-tables.js')
      return (context) => runTables({ environment: environmentOf(flags.from, flags), part }, context)
    })
  })
}

/** `deltaverse columns`: the columns of a table. */
export function addColumns(program: Command, execute: Execute): Command {
  const command = program
    .command('columns')
    .description('list the columns of a table: kinds, what may be written, what look-ups point at')
    .argument('<table>', 'logical name or entity set')
  addOutputFlags(addSignInFlags(addFromFlag(command)))
  return command.action(async (table: string, flags) => {
    await execute(outputOf(flags), async () => {
      const { runColumns } = await import('./run-columns.js')
      return (context) => runColumns({ environment: environmentOf(flags.from, flags), table }, context)
    })
  })
}

/** `deltaverse keys`: the alternate keys of a table, and `--ensure` to make one. */
export function addKeys(program: Command, execute: Execute): Command {
  const command = program
    .command('keys')
    .description(
      'list the alternate keys of a table with the state of their index; --ensure makes one and waits for it',
    )
    .argument('<table>', 'logical name')
    .option(
      '--ensure <columns>',
      'columns of a key that has to be there, separated with commas',
      collectNames,
    )
    .option('--name <name>', 'schema name of a key that is made, with the prefix of your publisher: new_code')
    .option('--solution <name>', 'unmanaged solution that the key belongs to')
  addOutputFlags(addSignInFlags(addFromFlag(command)))
  return command.action(async (table: string, flags) => {
    await execute(outputOf(flags), async () => {
      const { runKeys } = await import('./run-keys.js')
      const { ensure, name, solution } = flags
      return (context) =>
        runKeys({ environment: environmentOf(flags.from, flags), table, ensure, name, solution }, context)
    })
  })
}
