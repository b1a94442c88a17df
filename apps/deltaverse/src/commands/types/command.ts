import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import {
  addFromFlag,
  addOutputFlags,
  addSignInFlags,
  environmentOf,
  outputOf,
} from '../../command-line/shared-flags.js'

/** `deltaverse types`: row types in TypeScript. */
export function addTypes(program: Command, execute: Execute): Command {
  const command = program
    .command('types')
    .description(
      'print row types in TypeScript, made of the metadata: choices with their labels, look-ups with what they point at',
    )
    .argument('<tables...>', 'logical names or entity sets')
  addOutputFlags(addSignInFlags(addFromFlag(command)))
  return command.action(async (tables: readonly string[], flags) => {
    await execute(outputOf(flags), async () => {
      const { runTypes } = await import('./run-types.js')
      return (context) => runTypes({ environment: environmentOf(flags.from, flags), tables }, context)
    })
  })
}
