import { isDataverseError, type SyncState } from '@deltaverse/core'
import { describeTable } from '@deltaverse/dataverse'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatCount } from '../../program/format-quantity.js'
import { formatPlainTable } from '../../report/plain-table.js'
import type { SinkSettings } from '../../sink/sink-settings.js'
import { type StateStore, stateStoreOf } from '../../sink/state-store.js'
import type { TableChoice } from '../../tables/table-choice.js'

export interface StatusSettings {
  readonly environment: EnvironmentSettings
  readonly tables: readonly TableChoice[]
  readonly sink: SinkSettings
}

interface TableStatus {
  readonly table: string
  readonly state: 'never read' | 'in the middle of a snapshot' | 'in step' | 'unknown'
  readonly epoch?: number
  readonly rows?: number
  /** When the checkpoint was made: what came behind it is still to come. */
  readonly upTo?: string
  /** Until the delta token dies and everything has to be read again. */
  readonly hoursLeft?: number
  /** Who works on it, as they said it. */
  readonly heldBy?: string
  readonly error?: { readonly code: string; readonly message: string }
}

/** Says how far tables are, without reading a row. */
export async function runStatus(settings: StatusSettings, context: CommandContext): Promise<CommandResult> {
  const environment = await openEnvironment(settings.environment, context)
  try {
    const tables: TableStatus[] = []
    for (const { name } of settings.tables) {
      try {
        const { entitySet } = await describeTable(environment.client, name, { signal: context.signal })
        tables.push(await statusOf(name, entitySet, settings.sink))
      } catch (error) {
        if (context.signal.aborted) throw error
        tables.push({ table: name, state: 'unknown', error: describeError(error) })
      }
    }
    const ok = tables.every(({ error }) => error === undefined)
    return {
      report: { ok, exitCode: ok ? exitCodes.done : exitCodes.partlyFailed, tables },
      text: format(tables),
    }
  } finally {
    await environment.close()
  }
}

async function statusOf(table: string, entitySet: string, sink: SinkSettings): Promise<TableStatus> {
  const opened = await sink.role.open(sink.settings, { name: entitySet })
  try {
    const store = stateStoreOf(opened)
    const stored = await store.load(entitySet)
    const heldBy = await holderOf(store, entitySet)
    return { ...describe(table, stored?.state), ...(heldBy !== undefined && { heldBy }) }
  } finally {
    await opened.release()
  }
}

async function holderOf(store: StateStore, name: string): Promise<string | undefined> {
  try {
    const lease = await store.acquire?.(name)
    await lease?.release()
    return undefined
  } catch (error) {
    if (isDataverseError(error) && error.code === 'conflict') return error.message
    throw error
  }
}

function describe(table: string, state: SyncState | undefined): TableStatus {
  if (state === undefined) return { table, state: 'never read' }
  const { epoch, phase, issuedAt, expiresAt, rowsRead } = state.checkpoint
  const rows = state.rows ?? rowsRead
  return {
    table,
    state: phase === 'incremental' ? 'in step' : 'in the middle of a snapshot',
    epoch,
    ...(rows !== undefined && { rows }),
    upTo: issuedAt,
    ...(expiresAt !== undefined && {
      hoursLeft: Math.max(0, (Date.parse(expiresAt) - Date.now()) / 3_600_000),
    }),
  }
}

function format(tables: readonly TableStatus[]): string {
  const rows = tables.map(({ table, state, rows, upTo, hoursLeft, heldBy, error }) => [
    table,
    error === undefined ? state : error.message,
    rows === undefined ? '' : formatCount(rows),
    upTo ?? '',
    hoursLeft === undefined ? '' : `${hoursLeft.toFixed(1)} h`,
    heldBy ?? '',
  ])
  return formatPlainTable(['table', 'state', 'rows', 'up to', 'token lives', 'held by'], rows)
}
