import { systemClock } from '@deltaverse/core'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { formatCount } from '../../program/format-quantity.js'
import { createDeadLetterFile } from '../../push/dead-letter-file.js'
import { openKnownRowsOf } from '../../push/known-rows.js'
import { preparePush } from '../../push/push-rows.js'
import type { PushSettings } from '../../push/push-settings.js'
import { writePush } from '../../push/write-rows.js'
import { noOutcome, summarizeTables, type TableOutcome } from '../../report/table-outcome.js'
import { formatPush } from './format-push.js'

export interface RunPushSettings extends PushSettings {
  readonly environment: EnvironmentSettings
}

/** Writes the rows of a source into a table. Rows that cannot be written do not stop the others. */
export async function runPush(settings: RunPushSettings, context: CommandContext): Promise<CommandResult> {
  const environment = await openEnvironment(settings.environment, context)
  try {
    const report = summarizeTables([await pushTable(environment, settings, context)])
    return { report, text: formatPush(report) }
  } finally {
    await environment.close()
  }
}

async function pushTable(
  environment: Awaited<ReturnType<typeof openEnvironment>>,
  settings: PushSettings,
  { terminal, signal }: CommandContext,
): Promise<TableOutcome> {
  const beganAtMs = systemClock.now()
  const push = await preparePush(environment, settings, signal)
  terminal.say(`${push.source.title}, into ${push.table.logicalName} by ${settings.key.join(' and ')}`)
  const known = await openKnownRowsOf(environment.client.origin, push)
  const letters = createDeadLetterFile(settings.deadLetters)
  try {
    const onProgress = (rows: number): void => {
      const seconds = Math.max(0.001, (systemClock.now() - beganAtMs) / 1000)
      terminal.progress(
        `${push.table.logicalName}: ${formatCount(rows)} rows, ${formatCount(rows / seconds)} rows/s, ${formatCount(letters.count)} failed`,
      )
    }
    const counts = await writePush(push, { environment, letters, known, signal, onProgress })
    const { reads, writes } = environment.counter.counts()
    return {
      table: settings.table,
      entitySet: push.table.entitySetName,
      ...noOutcome,
      ...counts,
      requests: reads + writes,
      writes,
      seconds: (systemClock.now() - beganAtMs) / 1000,
      ...(letters.count > 0 && settings.deadLetters !== undefined && { deadLetters: settings.deadLetters }),
    }
  } finally {
    await letters.close()
    await known?.close()
  }
}
