import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { startEmulator } from '@deltaverse/emulator'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { exitCodes } from '../../program/exit-codes.js'
import { UsageError } from '../../program/usage-error.js'

export interface EmulateSettings {
  readonly port: number
  readonly host: string
  /** JSON of rows to begin with. */
  readonly rows?: string
  readonly state?: string
  readonly tokenLifetimeDays: number
}

type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

/** Runs an emulator until it is stopped. */
export async function runEmulate(
  settings: EmulateSettings,
  { terminal, signal }: CommandContext,
): Promise<CommandResult> {
  const { port, host, state, tokenLifetimeDays } = settings
  const rows = settings.rows === undefined ? {} : await readRows(settings.rows)
  const emulator = await startEmulator({
    port,
    host,
    rows,
    stateDirectory: state,
    changeTracking: { tokenLifetimeDays },
    // A server that runs for weeks must not remember every write.
    historyLimit: 0,
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new UsageError(`port ${port} is taken: choose another with --port`)
  })
  terminal.say(emulator.url)
  try {
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await emulator.close()
  }
  return { report: { ok: true, exitCode: exitCodes.done, url: emulator.url }, text: '', endsOnSignal: true }
}

async function readRows(path: string): Promise<Rows> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`--rows: ${path} cannot be read: ${(error as Error).message}`)
  }
  const isRows = typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray)
  if (isRows) return value as Rows
  throw new UsageError(
    `--rows: ${path} has to hold an object of lists of rows by table, such as {"accounts":[{"name":"…"}]}`,
  )
}
