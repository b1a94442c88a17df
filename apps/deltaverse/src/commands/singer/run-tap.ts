import type { DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { defineOptions } from '@deltaverse/options'
import {
  createCatalog,
  createSingerSink,
  createSingerState,
  formatExactJson,
  type SelectedStream,
  selectedStreams,
} from '@deltaverse/singer'
import { type SyncEvent, sync } from '@deltaverse/sync'
import pLimit from 'p-limit'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { isHeld } from '../../report/table-outcome.js'
import { tellNotice } from '../../report/tell-notice.js'
import {
  besideMessages,
  checked,
  decimalsSpec,
  environmentSpec,
  openConfigured,
  readJsonFile,
  tapReadSpec,
} from './config.js'
import { printLines } from './print-lines.js'
import { offeredTables, type TapStream, wantedStreams } from './tap-streams.js'

/** What the config file of the tap holds. */
export const tapConfig = defineOptions('the config of deltaverse singer tap', {
  ...environmentSpec,
  ...tapReadSpec,
  ...decimalsSpec,
})

export interface TapSettings {
  readonly config: string
  readonly state: string | undefined
  readonly catalog: string | undefined
  readonly discover: boolean
}

/** Prints tables as Singer's messages: everything the first time, then what changed since the state. */
export async function runTap(settings: TapSettings, given: CommandContext): Promise<CommandResult> {
  const context = besideMessages(given)
  const { signal } = context
  const config = checked('--config', () =>
    tapConfig.parse(readJsonFile('--config', settings.config) as never),
  )
  const chosen = settings.catalog === undefined ? undefined : readCatalog(settings.catalog)
  const value = settings.state === undefined ? undefined : readJsonFile('--state', settings.state)
  const state = createSingerState(value, (line) => printLines([line]))
  const environment = await openConfigured(config, context)
  try {
    const { client } = environment
    if (settings.discover) {
      const tables = await offeredTables(client, config.tables, signal)
      await printLines([formatExactJson(createCatalog(tables, config.decimals))])
      return { report: { ok: true, exitCode: exitCodes.done }, text: '' }
    }
    const wanted = chosen ?? (await everything(client, config.tables, signal))
    const streams = await wantedStreams(client, wanted, signal)
    const limit = pLimit(config.concurrency)
    const failed = await Promise.all(
      streams.map((stream) =>
        limit(async (): Promise<'held' | 'failed' | undefined> => {
          try {
            await readStream(client, stream, { config, checkpoints: state.checkpoints, context })
            return undefined
          } catch (error) {
            if (signal.aborted && error === signal.reason) throw error
            context.terminal.warn(`${stream.name}: ${describeError(error).message}`)
            return isHeld(error) ? 'held' : 'failed'
          }
        }),
      ),
    )
    const isDone = failed.every((each) => each === undefined)
    return { report: { ok: isDone, exitCode: isDone ? exitCodes.done : exitCodes.failed }, text: '' }
  } finally {
    await environment.close()
  }
}

interface ReadContext {
  readonly config: ReturnType<typeof tapConfig.parse>
  readonly checkpoints: ReturnType<typeof createSingerState>['checkpoints']
  readonly context: CommandContext
}

async function readStream(
  client: DataverseClient,
  { name, entitySet, isTracked, select }: TapStream,
  { config, checkpoints, context: { terminal, signal } }: ReadContext,
): Promise<void> {
  await sync({
    name,
    source: createChangeFeed(client, {
      entitySet,
      select,
      pageSize: config.page_size,
      mode: isTracked ? 'tracked' : 'full-copy',
      // A catalog may be another one each time.
      onMismatch: 'reset',
    }),
    sink: createSingerSink({
      stream: name,
      write: printLines,
      decimals: config.decimals,
      versions: config.versions,
    }),
    checkpoints,
    maxDeleteShare: config.max_delete_share,
    signal,
    onEvent: (event: SyncEvent) => tellNotice(terminal, 'the state', entitySet, event as never),
  })
}

function readCatalog(path: string): readonly SelectedStream[] {
  const catalog = readJsonFile('--catalog', path)
  return checked('--catalog', () => selectedStreams(catalog))
}

/** Without a catalog: every table that is offered, with all columns. */
async function everything(
  client: DataverseClient,
  tables: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly SelectedStream[]> {
  const offered = await offeredTables(client, tables, signal)
  return offered.map(({ schema: { name } }) => ({ id: name, stream: name, columns: undefined }))
}
