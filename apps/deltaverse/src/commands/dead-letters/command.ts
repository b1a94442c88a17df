import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { addOutputFlags, outputOf } from '../../command-line/shared-flags.js'

const replayed = `
Letters of a push without a job file, or an export of them that was corrected, are pushed like any other file, with its flags:
  deltaverse push letters.ndjson --to $URL --table contact --key employeeid --dead-letters again.ndjson
Nothing counts as missing because it is not among them.`

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
    .description(
      'write them as CSV to correct, in the words of their source, or as one page to correct in a browser',
    )
    .argument('<file>', 'NDJSON of --dead-letters', parseText)
    .requiredOption('-o, --output <file>', 'a file that ends with .csv or .html', parseText)
  addOutputFlags(out).action(async (path: string, flags) => {
    await execute(outputOf(flags), async () => {
      const { runExport } = await import('./run-dead-letters.js')
      return () => runExport(path, flags.output)
    })
  })
  const replay = letters
    .command('replay')
    .description('push them again by the job that they are of: letters, or an export that was corrected')
    .argument('<file>', 'NDJSON of letters, or CSV of an export', parseText)
    .requiredOption('--job <name>', 'of the job file', parseText)
    .option('--file <path>', 'the job file', parseText, 'deltaverse.yaml')
    .option('--dead-letters <file>', 'of the rows that fail again (default: <file>.again.ndjson)', parseText)
  addOutputFlags(replay).action(async (path: string, { file, job, deadLetters, ...flags }) => {
    await execute(outputOf(flags), async () => {
      const { runReplay } = await import('./run-replay.js')
      const settings = { path, file, job, deadLetters: deadLetters ?? `${path}.again.ndjson` }
      return (context) => runReplay(settings, context)
    })
  })
  for (const command of [list, out, replay])
    command.exitOverride().configureOutput({ writeErr: () => undefined })
  return letters
}
