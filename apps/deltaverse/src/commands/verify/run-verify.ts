import type { DataverseClient } from '@deltaverse/client'
import type { ReadableSink, Sink, TransactionalSink } from '@deltaverse/core'
import { createChangeFeed, describeTable } from '@deltaverse/dataverse'
import { createMetadataReader, type MetadataReader } from '@deltaverse/metadata'
import { type RowDifference, verify } from '@deltaverse/sync'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { toPullEvent } from '../../events/to-pull-event.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatCount } from '../../program/format-quantity.js'
import { UsageError } from '../../program/usage-error.js'
import { isHeld } from '../../report/table-outcome.js'
import { noticeWords } from '../../report/tell-notice.js'
import type { SinkSettings } from '../../sink/sink-settings.js'
import { selectColumns } from '../../tables/select-columns.js'
import type { TableChoice } from '../../tables/table-choice.js'

export interface VerifySettings {
  readonly environment: EnvironmentSettings
  readonly tables: readonly TableChoice[]
  readonly sink: SinkSettings
  readonly repair: boolean
  /** Whether values are compared too, where the sink can tell. */
  readonly compare: 'values' | 'versions'
  readonly lockWaitMs: number
  readonly maxDeleteShare: number
}

interface VerifiedTable {
  readonly table: string
  readonly ok: boolean
  readonly rowsInTable?: number
  readonly rowsInSink?: number
  readonly missing?: number
  readonly stale?: number
  readonly extra?: number
  readonly altered?: number
  readonly comparedValues?: boolean
  readonly repaired?: number
  readonly sample?: readonly RowDifference[]
  readonly error?: { readonly code: string; readonly message: string }
  /** Somebody else works on it. */
  readonly held?: boolean
}

/** Compares tables with what a sink holds of them, one behind the other. */
export async function runVerify(settings: VerifySettings, context: CommandContext): Promise<CommandResult> {
  const environment = await openEnvironment(settings.environment, context)
  try {
    const metadata = createMetadataReader(environment.client)
    const tables: VerifiedTable[] = []
    for (const table of settings.tables) {
      tables.push(await verifyTable(environment.client, table, { settings, context, metadata }))
      if (context.signal.aborted) break
    }
    const ok = tables.every((table) => table.ok)
    return { report: { ok, exitCode: exitCodeOf(tables), tables }, text: tables.map(formatTable).join('\n') }
  } finally {
    await environment.close()
  }
}

function exitCodeOf(tables: readonly VerifiedTable[]): number {
  if (tables.every(({ ok }) => ok)) return exitCodes.done
  if (tables.some(({ ok }) => ok)) return exitCodes.partlyFailed
  return tables.every(({ held }) => held === true) ? exitCodes.held : exitCodes.failed
}

interface Verification {
  readonly settings: VerifySettings
  readonly context: CommandContext
  readonly metadata: MetadataReader
}

async function verifyTable(
  client: DataverseClient,
  { name, columns }: TableChoice,
  { settings, context, metadata }: Verification,
): Promise<VerifiedTable> {
  const { sink, repair, lockWaitMs, maxDeleteShare } = settings
  const { signal, tell } = context
  try {
    const { entitySet } = await describeTable(client, name, { signal })
    const select = columns && selectColumns(await metadata.tableOfSet(entitySet, { signal }), columns)
    tell({ kind: 'table-began', table: entitySet, way: 'verify', place: sink.title })
    const opened = await sink.role.open(sink.settings, { name: entitySet })
    try {
      const summary = await verify({
        name: entitySet,
        source: createChangeFeed(client, { entitySet, select }),
        sink: requireReadable(opened.sink, sink.title),
        checkpoints: opened.checkpoints,
        repair,
        compare: settings.compare,
        leaseWaitMs: lockWaitMs,
        maxDeleteShare,
        signal,
        onEvent(event) {
          if (event.kind === 'listed') {
            const text = `${entitySet}: ${formatCount(event.rows)} rows of the ${event.side}`
            tell({ ...event, table: entitySet }, { level: 'trace', text })
          } else tell(toPullEvent(entitySet, event), noticeWords(sink.title, entitySet, event))
        },
      })
      const {
        ok,
        rowsInTable,
        rowsInSink,
        missing,
        stale,
        extra,
        altered,
        repaired,
        sample,
        comparedValues,
      } = summary
      const isMended = repair && repaired === missing + stale + extra + altered
      return {
        table: name,
        ok: ok || isMended,
        rowsInTable,
        rowsInSink,
        missing,
        stale,
        extra,
        altered,
        comparedValues,
        repaired,
        sample,
      }
    } finally {
      tell({ kind: 'table-ended', table: entitySet })
      await opened.release()
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    return { table: name, ok: false, error: describeError(error), ...(isHeld(error) && { held: true }) }
  }
}

function requireReadable(
  sink: (Sink | TransactionalSink) & Partial<ReadableSink>,
  title: string,
): (Sink | TransactionalSink) & ReadableSink {
  if (sink.held !== undefined) return sink as (Sink | TransactionalSink) & ReadableSink
  throw new UsageError(`${title} does not tell what it holds, so there is nothing to compare with`)
}

function formatTable(table: VerifiedTable): string {
  if (table.error !== undefined) return `${table.table}: failed: ${table.error.message}`
  const { missing = 0, stale = 0, extra = 0, altered = 0, repaired = 0, rowsInTable = 0, sample = [] } = table
  if (missing + stale + extra + altered === 0)
    return `${table.table}: equal, ${formatCount(rowsInTable)} rows`
  const found = `${formatCount(missing)} missing, ${formatCount(stale)} stale, ${formatCount(extra)} too many, ${formatCount(altered)} altered`
  const mended = repaired > 0 ? `; ${formatCount(repaired)} mended` : '; --repair mends them'
  return [
    `${table.table}: ${found} of ${formatCount(rowsInTable)} rows${mended}`,
    ...sample.map(formatDifference),
  ].join('\n')
}

function formatDifference({ kind, id, held, expected }: RowDifference): string {
  return `  ${kind} ${id}${kind === 'stale' ? ` (version ${held ?? 'none'}, is ${expected ?? 'none'})` : ''}`
}
