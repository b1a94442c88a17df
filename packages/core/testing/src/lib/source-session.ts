import assert from 'node:assert/strict'
import type { ChangeEvent, Checkpoint, ReadOptions, Row, Source } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import type { SourceHarness } from './source-harness.js'

/** A source in the course of one case. */
export interface SourceSession {
  readonly harness: SourceHarness
  readonly source: Source
  /** Puts rows into the table, named after their numbers and a word. */
  fill(numbers: readonly number[], word?: string): Promise<readonly string[]>
  /** Everything that one read tells. */
  read(options?: ReadOptions): Promise<readonly ChangeEvent[]>
}

/** A case that begins with a source over an empty table. */
export function sourceCase(
  harness: SourceHarness,
  name: string,
  body: (session: SourceSession) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      const source = await harness.create()
      const session: SourceSession = {
        harness,
        source,
        async fill(numbers, word = 'first') {
          const ids: string[] = []
          for (const number of numbers) ids.push(await harness.upsert(number, `${word} ${number}`))
          return ids
        },
        read: (options) => eventsOf(source, options),
      }
      try {
        await body(session)
      } finally {
        await harness.dispose?.()
      }
    },
  }
}

/** Everything that one read of a source tells. */
export async function eventsOf(source: Source, options?: ReadOptions): Promise<readonly ChangeEvent[]> {
  const events: ChangeEvent[] = []
  for await (const group of source.read(options)) events.push(...group)
  return events
}

/** What a sink holds that was told these events, row names by id, beginning with what it held. */
export function held(
  harness: SourceHarness,
  events: readonly ChangeEvent[],
  before: ReadonlyMap<string, unknown> = new Map(),
): Map<string, unknown> {
  const nameOf = harness.nameOf ?? ((row: Row) => row.name)
  let rows = new Map(before)
  let inSnapshot: Map<string, unknown> | undefined
  for (const event of events) {
    if (event.kind === 'reset') inSnapshot = new Map()
    else if (event.kind === 'complete') {
      rows = inSnapshot ?? rows
      inSnapshot = undefined
    } else if (event.kind === 'upserted') (inSnapshot ?? rows).set(event.id, nameOf(event.row))
    else if (event.kind === 'deleted') (inSnapshot ?? rows).delete(event.id)
  }
  return rows
}

/** The checkpoints among events, each as it comes back from a store: through JSON. */
export function checkpointsIn(events: readonly ChangeEvent[]): readonly Checkpoint[] {
  return events.flatMap((event) =>
    event.kind === 'checkpoint' ? [JSON.parse(JSON.stringify(event.checkpoint)) as Checkpoint] : [],
  )
}

/** The checkpoint that a read ended with. */
export function lastCheckpoint(events: readonly ChangeEvent[]): Checkpoint {
  const last = checkpointsIn(events).at(-1)
  assert.ok(last !== undefined, 'the read told no checkpoint')
  return last
}

/** How many events of a kind there are. */
export function countOf(events: readonly ChangeEvent[], kind: ChangeEvent['kind']): number {
  return events.filter((event) => event.kind === kind).length
}
