import { DataverseError } from '@deltaverse/core'
import { defineOptions, group, listOf, oneOf, text } from '@deltaverse/options'
import { readSingerMessages } from '@deltaverse/singer'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { exitCodes } from '../../program/exit-codes.js'
import { createDeadLetterFile } from '../../push/dead-letter-file.js'
import { type Acknowledgements, createAcknowledgements } from './acknowledgements.js'
import { besideMessages, checked, environmentSpec, openConfigured, readJsonFile } from './config.js'
import { printLines } from './print-lines.js'
import type { FailedRecord } from './stream-rows.js'
import { createTargetStreams, type TargetStreams } from './target-streams.js'

/** What the config file of the target holds. */
export const targetConfig = defineOptions('the config of deltaverse singer target', {
  ...environmentSpec,
  streams: listOf(
    group(
      {
        stream: text({ required: true, doc: 'Name of the stream.' }),
        table: text({ doc: 'Logical name or entity set.', defaultText: 'as the stream is called' }),
        key: listOf(text({ doc: 'A column.' }), {
          min: 1,
          doc: 'Columns that name a row.',
          defaultText: "the stream's key_properties",
        }),
        map: listOf(text({ doc: 'Property=column, or Property=column:table.column for a look-up.' }), {
          default: [],
          doc: 'Properties that fill a column of another name, or a look-up.',
        }),
        deletions: oneOf(['ignore', 'deactivate', 'delete'], {
          default: 'ignore',
          doc: 'What a record with _sdc_deleted_at does.',
        }),
      },
      { doc: 'One stream.' },
    ),
    { default: [], doc: 'Streams that do not go by their own names.' },
  ),
  dead_letters: text({
    doc: 'File for records that cannot be written. Without it the first of them ends the run.',
    defaultText: 'none',
  }),
})

export interface TargetSettings {
  readonly config: string
  /** Where the messages are. Default: standard input. */
  readonly input: AsyncIterable<Uint8Array | string>
}

/** Records that point at a row which is not there yet, and are kept to be tried once more. */
const keptAtMost = 10_000

/** Ends the reading, once what is under way is settled. */
class Stopped extends Error {
  override readonly name: string = 'Stopped'
}

/** Writes what a tap prints into tables, and hands its states on once what stands before them is written. */
export async function runTarget(
  { config: path, input }: TargetSettings,
  given: CommandContext,
): Promise<CommandResult> {
  const context = besideMessages(given)
  const { terminal, signal } = context
  const config = checked('--config', () => targetConfig.parse(readJsonFile('--config', path) as never))
  const environment = await openConfigured(config, context)
  const letters = createDeadLetterFile(config.dead_letters)
  const states = createAcknowledgements((value) => printLines([JSON.stringify(value)]))
  const kept: FailedRecord[] = []
  let stopped: Stopped | undefined
  let written = 0

  async function onFailed(failed: FailedRecord, table: string): Promise<void> {
    const { record, message, letter, isReferenceMissing } = failed
    if (isReferenceMissing && record.isSecondTry !== true && kept.length < keptAtMost) {
      kept.push(failed)
      return
    }
    if (config.dead_letters === undefined) {
      stopped ??= new Stopped(`line ${record.line} of the messages, into ${table}: ${message}`)
      return
    }
    await letters.add(letter)
    await states.settled(record.number)
  }

  try {
    const streams = createTargetStreams(environment.client, {
      streams: config.streams,
      signal,
      onFailed,
      async onDone(record) {
        written += 1
        await states.settled(record.number)
      },
    })
    await readAll(input, { streams, states, isStopped: () => stopped !== undefined })
    await streams.end()
    if (stopped === undefined) await streams.retry(kept)
    if (stopped !== undefined) throw new DataverseError(stopped.message, { code: 'row-rejected' })
    const { count } = letters
    terminal.say(
      `${written} records written or unchanged${count > 0 ? `, ${count} in ${config.dead_letters}` : ''}`,
    )
    const exitCode = count > 0 ? exitCodes.partlyFailed : exitCodes.done
    return { report: { ok: count === 0, exitCode }, text: '' }
  } finally {
    await letters.close()
    await environment.close()
  }
}

async function readAll(
  input: AsyncIterable<Uint8Array | string>,
  {
    streams,
    states,
    isStopped,
  }: {
    readonly streams: TargetStreams
    readonly states: Acknowledgements
    readonly isStopped: () => boolean
  },
): Promise<void> {
  for await (const { line, message } of readSingerMessages(input)) {
    if (isStopped()) return
    switch (message.type) {
      case 'SCHEMA':
        await streams.schema(message)
        break
      case 'RECORD':
        await streams.record(message, { number: states.record(), line })
        break
      case 'STATE':
        await states.state(message.value)
        break
      case 'ACTIVATE_VERSION':
        // Rows that a read of the whole table did not bring may be those that others wrote into this one.
        break
    }
  }
}
