import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { addOutputFlags, outputOf } from '../../command-line/shared-flags.js'

const replayed = `
A file of dead letters, or an export that was corrected, is pushed like any other file, with the flags of the push that it comes from:
  deltaverse push letters.ndjson --to $URL --table contact --key employeeid --dead-letters again.ndjson`

/** `deltaverse dead-letters`: rows that were not written. */
export function addDeadLetters(program: Command, execute: Execute): Command {
  const letters = program
    .command('dead-letters')
    .description('look at rows that were not written, and give them to whoever can correct them')
    .addHelpText('after', replayed)
  const list = letters
    .command('list')
    .description('list them by reason')
    .argument('<file>', 'NDJSON of --dead-letters', parseText)
  addOutputFlags(list).action(async (path: string, flags) => {
    await execute(outputOf(flags), async () => {
      const { runList } = await import('./run-dead-letters.js')
      return () => runList(path)
    })
  })
  const out = letters
    .command('export')
    .description('write them as CSV to correct, in the words of their source, or as one page to look at')
    .argument('<file>', 'NDJSON of --dead-letters', parseText)
    .requiredOption('-o, --output <file>', 'a file that ends with .csv or .html', parseText)
  addOutputFlags(out).action(async (path: string, flags) => {
    await execute(outputOf(flags), async () => {
      const { runExport } = await import('./run-dead-letters.js')
      return () => runExport(path, flags.output)
    })
  })
  for (const command of [list, out]) command.exitOverride().configureOutput({ writeErr: () => undefined })
  return letters
}
