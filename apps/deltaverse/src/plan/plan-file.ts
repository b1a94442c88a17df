import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { DeadLetter, RowPlace } from '@deltaverse/dataverse'
import type { RunPushSettings } from '../commands/push/run-push.js'
import { UsageError } from '../program/usage-error.js'

/** What a plan is of. */
export interface PlanHead {
  readonly version: 1
  readonly kind: 'push'
  readonly madeAt: string
  /** The push as it was asked for; signing in comes from the environment of whoever runs the plan. */
  readonly push: RunPushSettings
  /** Logical name and entity set, as they were found. */
  readonly table: { readonly logicalName: string; readonly entitySet: string; readonly primaryKey: string }
}

/** What is to be done with one row. */
export interface PlanEntry {
  readonly do: 'create' | 'update' | 'unchanged' | 'reject' | 'deactivate' | 'delete'
  readonly place?: RowPlace
  readonly key?: Readonly<Record<string, unknown>>
  readonly id?: string
  /** Version of the row that the plan is made for. */
  readonly version?: string
  /** What is sent, as the Web API takes it. */
  readonly row?: Readonly<Record<string, unknown>>
  /** For an update: what is there, and what will be. */
  readonly changes?: Readonly<Record<string, readonly [before: unknown, after: unknown]>>
  /** The row as the source has it, as dead letters hold it. */
  readonly source?: Readonly<Record<string, unknown>>
  /** Why a row cannot be written. */
  readonly reason?: string
  /** The letter of a row that cannot be. */
  readonly letter?: DeadLetter<object>
}

export interface PlanCounts {
  readonly create: number
  readonly update: number
  readonly unchanged: number
  readonly reject: number
  readonly deactivate: number
  readonly delete: number
}

/** Writes a plan: one JSON document, a row on a line, ended by the hash of what stands before it. */
export interface PlanWriter {
  add(entry: PlanEntry): Promise<void>
  readonly counts: PlanCounts
  /** Ends the file. */
  finish(): Promise<void>
  close(): Promise<void>
}

export async function createPlanFile(path: string | undefined, head: PlanHead): Promise<PlanWriter> {
  const file = path === undefined ? undefined : await open(path, 'w')
  const hash = createHash('sha256')
  const counts = { create: 0, update: 0, unchanged: 0, reject: 0, deactivate: 0, delete: 0 }
  let pending = ''
  const put = async (text: string): Promise<void> => {
    hash.update(text)
    pending += text
    if (pending.length > 1 << 20) await flush()
  }
  const flush = async (): Promise<void> => {
    await file?.appendFile(pending)
    pending = ''
  }
  await put(`{"plan":${JSON.stringify(head)},\n"rows":[\n`)
  let isFirst = true
  return {
    counts,
    async add(entry) {
      counts[entry.do] += 1
      await put(`${isFirst ? '' : ',\n'}${JSON.stringify(entry)}`)
      isFirst = false
    },
    async finish() {
      await put('\n],\n')
      pending += `"end":${JSON.stringify({ counts, sha256: hash.digest('hex') })}}\n`
      await flush()
      await file?.sync()
    },
    async close() {
      await file?.close()
    },
  }
}

/** A plan that is whole. */
export interface OpenedPlan {
  readonly head: PlanHead
  readonly counts: PlanCounts
  /** The rows, read as they are asked for, as often as they are asked for. */
  entries(): AsyncIterable<PlanEntry>
}

/**
 * Opens a plan, and holds it to its hash: what was approved is what is done.
 *
 * @throws UsageError for a file that is none, or that was altered
 */
export async function openPlan(path: string): Promise<OpenedPlan> {
  const hash = createHash('sha256')
  let first: string | undefined
  let last = ''
  for await (const line of linesOf(path)) {
    first ??= line
    if (line.startsWith('"end":')) last = line
    else hash.update(`${line}\n`)
  }
  const head = parse<{ plan: PlanHead }>(`${first?.replace(/,$/, '') ?? ''}}`, path).plan
  const { end } = parse<{ end: { counts: PlanCounts; sha256: string } }>(`{${last}`, path)
  if (end.sha256 !== hash.digest('hex')) {
    throw new UsageError(
      `${path} was altered, or is not whole: it is not the plan that was made. Make it again, and run that`,
    )
  }
  return { head, counts: end.counts, entries: () => entriesOf(path) }
}

async function* entriesOf(path: string): AsyncGenerator<PlanEntry, void, undefined> {
  for await (const line of linesOf(path)) {
    if (line.startsWith('{"do":')) yield parse<PlanEntry>(line.replace(/,$/, ''), path)
  }
}

async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  try {
    yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`)
  }
}

function parse<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new UsageError(`${path} is no plan: deltaverse plan makes one`)
  }
}
