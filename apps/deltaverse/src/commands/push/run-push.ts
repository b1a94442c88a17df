import { systemClock } from '@deltaverse/core'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { createDeadLetterFile } from '../../push/dead-letter-file.js'
import { openKnownRowsOf } from '../../push/known-rows.js'
import { createPushProgress } from '../../push/push-progress.js'
import { preparePush } from '../../push/push-rows.js'
import type { PushSettings } from '../../push/push-settings.js'
import { tellingLetters } from '../../push/telling-letters.js'
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
  { tell, signal }: CommandContext,
): Promise<TableOutcome> {
  const beganAtMs = systemClock.now()
  const push = await preparePush(environment, settings, signal)
  const table = push.table.logicalName
  tell(
    { kind: 'table-began', table, way: 'push', place: push.source.title },
    { level: 'info', text: `${push.source.title}, into ${table} by ${settings.key.join(' and ')}` },
  )
  const known = await openKnownRowsOf(environment.client.origin, push)
  const letters = tellingLetters(createDeadLetterFile(settings.deadLetters), tell, table)
  const progress = createPushProgress(tell, { table, failed: () => letters.count })
  try {
    const counts = await writePush(push, { environment, letters, known, signal, onProgress: progress.note })
    await letters.close()
    progress.end()
    const { reads, writes } = environment.counter.counts()
    return {
      table: settings.table,
      entitySet: push.table.entitySetName,
      ...noOutcome,
      ...counts,
      requests: reads + writes,
      writes,
      requestKinds: environment.counter.kinds(),
      seconds: (systemClock.now() - beganAtMs) / 1000,
      ...(letters.count > 0 && settings.deadLetters !== undefined && { deadLetters: settings.deadLetters }),
    }
  } catch (error) {
    progress.end(error)
    // What went wrong first is what matters.
    await letters.close().catch(() => undefined)
    throw error
  } finally {
    await known?.close()
  }
}
