import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { RunPushSettings } from '../commands/push/run-push.js'
import { UsageError } from '../program/usage-error.js'
import { openForWriting } from './open-for-writing.js'
import type { PlanCounts, PlanEntry } from './plan-entry.js'
import type { PlanSummary } from './plan-summary.js'

/** What a plan is of. */
export interface PlanHead {
  readonly version: 1
  readonly kind: 'push'
  readonly madeAt: string
  /** The push as it was asked for; signing in comes from the environment of whoever runs the plan. */
  readonly push: RunPushSettings
  /** Id of the organization that the plan was made for: a copy of an environment has another one. */
  readonly organization: string
  /** Logical name and entity set, as they were found. */
  readonly table: { readonly logicalName: string; readonly entitySet: string; readonly primaryKey: string }
}

/** Writes a plan: one JSON document, a row on a line, ended by the hash of what stands before it. */
export interface PlanWriter {
  add(entry: PlanEntry): Promise<void>
  readonly counts: PlanCounts
  /** Bytes of the rows that a plan would send, by what is done with them. */
  readonly bytes: PlanCounts
  /** Writes what it comes to, and the hash. */
  finish(summary: PlanSummary): Promise<void>
  /** Puts a plan that is finished in its place, and leaves nothing of one that is not. */
  close(): Promise<void>
}

const none = { create: 0, update: 0, unchanged: 0, superseded: 0, reject: 0, deactivate: 0, delete: 0 }

export async function createPlanFile(path: string | undefined, head: PlanHead): Promise<PlanWriter> {
  // A plan that breaks off must not take the place of one that was made before.
  const draft = `${path}.part`
  const file = path === undefined ? undefined : await openForWriting(draft)
  let isWhole = false
  const hash = createHash('sha256')
  const counts = { ...none }
  const bytes = { ...none }
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
    bytes,
    async add(entry) {
      counts[entry.do] += 1
      const { row, ...rest } = entry
      const rowText = JSON.stringify(row) ?? ''
      bytes[entry.do] += Buffer.byteLength(rowText)
      const text = JSON.stringify(rest)
      await put(
        `${isFirst ? '' : ',\n'}${row === undefined ? text : `${text.slice(0, -1)},"row":${rowText}}`}`,
      )
      isFirst = false
    },
    async finish(summary) {
      await put(`\n],\n"summary":${JSON.stringify(summary)},\n`)
      pending += `"end":${JSON.stringify({ sha256: hash.digest('hex') })}}\n`
      await flush()
      await file?.sync()
      isWhole = true
    },
    async close() {
      await file?.close()
      if (file === undefined || path === undefined) return
      if (isWhole) await rename(draft, path)
      else await rm(draft, { force: true })
    },
  }
}

/** A plan that is whole. */
export interface OpenedPlan {
  readonly head: PlanHead
  readonly summary: PlanSummary
  /**
   * The rows, read as they are asked for, as often as they are asked for.
   *
   * @throws UsageError behind the last row where the file changed since it was opened
   */
  entries(): AsyncIterable<PlanEntry>
}

interface Lines {
  readonly first: string
  readonly summary: string
  readonly end: string
}

/**
 * Opens a plan, and holds it to its hash: what was approved is what is done.
 *
 * @throws UsageError for a file that is none, or that was altered
 */
export async function openPlan(path: string): Promise<OpenedPlan> {
  const { lines, sha256 } = await readThrough(path)
  const head = parse<{ plan: PlanHead }>(`${lines.first.replace(/,$/, '')}}`, path).plan
  const { end } = parse<{ end: { sha256: string } }>(`{${lines.end}`, path)
  if (end?.sha256 !== sha256) throw altered(path)
  const { summary } = parse<{ summary: PlanSummary }>(`{${lines.summary.replace(/,$/, '')}}`, path)
  if (head?.version !== 1 || head.kind !== 'push' || summary === undefined) throw noPlan(path)
  return { head, summary, entries: () => entriesOf(path, sha256) }
}

async function readThrough(path: string): Promise<{ readonly lines: Lines; readonly sha256: string }> {
  const hash = createHash('sha256')
  let first: string | undefined
  let [summary, end] = ['', '']
  for await (const line of linesOf(path)) {
    first ??= line
    if (line.startsWith('"summary":')) summary = line
    end = take(hash, line) ? end : line
  }
  return { lines: { first: first ?? '', summary, end }, sha256: hash.digest('hex') }
}

/** Whether the hash covers a line. */
function take(hash: Hash, line: string): boolean {
  if (line.startsWith('"end":')) return false
  hash.update(`${line}\n`)
  return true
}

async function* entriesOf(path: string, sha256: string): AsyncGenerator<PlanEntry, void, undefined> {
  const hash = createHash('sha256')
  for await (const line of linesOf(path)) {
    if (take(hash, line) && line.startsWith('{"do":')) yield parse<PlanEntry>(line.replace(/,$/, ''), path)
  }
  if (hash.digest('hex') !== sha256) throw altered(path)
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
    throw noPlan(path)
  }
}

function noPlan(path: string): UsageError {
  return new UsageError(`${path} is no plan: deltaverse plan makes one`)
}

function altered(path: string): UsageError {
  return new UsageError(
    `${path} was altered, or is not whole: it is not the plan that was made. Make it again, and run that`,
  )
}
