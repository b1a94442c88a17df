import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, type DataverseClient } from '@deltaverse/client'
import { systemClock } from '@deltaverse/core'
import { makeFolder, nodeFiles } from '@deltaverse/durable-files'
import { startEmulator } from '@deltaverse/emulator'
import { disconnect } from 'deltaverse/connect'
import { exitCodes, formatCount } from 'deltaverse/program'
import { createProgress, type ReadFigures, type RunReport, type TableReport } from 'deltaverse/report'
import { catalogue } from '../lib/catalogue.js'
import { type DemoRecord, readDemoRecord, writeDemoRecord } from '../lib/demo-record.js'
import { playbookOf } from '../lib/night.js'
import { playNight } from '../lib/play-night.js'
import { runTable } from '../lib/run-table.js'
import { waitForLock } from '../lib/wait-for-lock.js'
import type { DemoSettings } from './settings.js'
import type { CommandContext } from './sync-command.js'

/** What the demonstration did, for its closing table. */
export interface DemoReport extends RunReport {
  /** What the last full read took, of this run or an earlier one. */
  readonly fullRead?: ReadFigures
}

/**
 * The demonstration: an emulator with a catalogue of products, read to a file; then a night of changes through the Web API,
 * and what the delta brings of them. Everything may be killed at any moment and started again.
 */
export async function runDemoCommand(settings: DemoSettings, context: CommandContext): Promise<DemoReport> {
  await makeFolder(nodeFiles, settings.out)
  await makeFolder(nodeFiles, settings.state)
  const what = `the demonstration in ${settings.state}`
  const lock = await waitForLock(join(settings.state, 'demo.lock'), what, {
    waitMs: settings.lockWaitMs,
    signal: context.signal,
    onWait: (why) => context.terminal.say(`Waiting: ${why}`),
  })
  try {
    return await runOnEmulator(settings, context)
  } finally {
    await lock.release()
  }
}

async function runOnEmulator(settings: DemoSettings, context: CommandContext): Promise<DemoReport> {
  const { terminal, signal } = context
  const recordPath = join(settings.state, 'demo.json')
  const stateDirectory = join(settings.state, 'emulator')
  const record = await rememberOrBegin(recordPath, stateDirectory, settings, terminal.say)
  signal.throwIfAborted()
  const emulator = await startEmulator({ stateDirectory, rows: { products: catalogue(record.products) } })
  terminal.trace(`emulator ready at ${emulator.url}`)
  try {
    const client = createClient({ url: emulator.url })
    try {
      return await readPlayRead(client, { settings, context, record, recordPath })
    } finally {
      await disconnect(client, signal)
    }
  } finally {
    await emulator.close()
  }
}

interface Demo {
  readonly settings: DemoSettings
  readonly context: CommandContext
  readonly record: DemoRecord
  readonly recordPath: string
}

async function readPlayRead(client: DataverseClient, demo: Demo): Promise<DemoReport> {
  const { settings, context, recordPath } = demo
  const { terminal, signal } = context
  const first = await readProducts(client, 'products', demo, settings.restart)
  if (first.error !== undefined || signal.aborted) return failedOrStopped([first])
  const figures = first.read === 'snapshot' ? figuresOf(first) : demo.record.fullRead
  const record: DemoRecord = { ...demo.record, ...(figures && { fullRead: figures }) }
  const night = record.nights + 1
  const writes = playbookOf(night, record.products)
  terminal.say(`Night ${night}: ${describeWrites(writes)} through the Web API`)
  const onWrite = (done: number): void => {
    terminal.trace(`night ${night} write ${done}`)
    terminal.progress(`Night ${night}: ${done} of ${writes.length} writes`)
  }
  await playNight(client, writes, { signal, onWrite })
  await writeDemoRecord(recordPath, { ...record, nights: night })
  terminal.trace(`night ${night} played`)
  const delta = await readProducts(client, `night ${night}`, demo, false)
  if (delta.error !== undefined || signal.aborted) return failedOrStopped([first, delta])
  return {
    ok: true,
    exitCode: exitCodes.done,
    night,
    tables: [first, delta],
    ...(figures && { fullRead: figures }),
  }
}

function readProducts(
  client: DataverseClient,
  title: string,
  demo: Demo,
  restart: boolean,
): Promise<TableReport> {
  const { settings, context, record } = demo
  return runTable(client, {
    name: 'products',
    directory: settings.out,
    commitBytes: settings.commitBytes,
    lockWaitMs: settings.lockWaitMs,
    files: settings.files,
    feed: { entitySet: 'products', pageSize: settings.pageSize },
    restart,
    maxDeleteShare: settings.maxDeleteShare,
    environmentId: record.environmentId,
    signal: context.signal,
    clock: systemClock,
    terminal: context.terminal,
    progress: createProgress(title, () => systemClock.now()),
  })
}

/**
 * The record of the environment that is there, or the one of a new environment: without the emulator's state there is none,
 * whatever the record says.
 */
async function rememberOrBegin(
  path: string,
  stateDirectory: string,
  settings: DemoSettings,
  say: (line: string) => void,
): Promise<DemoRecord> {
  const known = existsSync(stateDirectory) ? await readDemoRecord(path) : undefined
  if (known !== undefined) {
    say(
      `The demonstration goes on: ${formatCount(known.products)} products at first, ${known.nights} night(s) played`,
    )
    return known
  }
  say(`A new demonstration: an emulator with a catalogue of ${formatCount(settings.products)} products`)
  const record: DemoRecord = {
    version: 1,
    environmentId: randomUUID(),
    products: settings.products,
    nights: 0,
  }
  await writeDemoRecord(path, record)
  return record
}

function describeWrites(writes: ReturnType<typeof playbookOf>): string {
  const deletions = writes.filter((write) => write.kind === 'delete').length
  return `${writes.length - deletions} products updated or created and ${deletions} deleted`
}

function figuresOf({ rows, deletions, pages, requests, bytes, seconds }: TableReport): ReadFigures {
  return { rows, deletions, pages, requests, bytes, seconds }
}

function failedOrStopped(tables: readonly TableReport[]): DemoReport {
  return { ok: false, exitCode: exitCodes.failed, tables }
}
