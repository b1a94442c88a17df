import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { CallOptions, ChangeEvent, Row, Sink, UpsertedChange } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import type { SinkHarness } from './sink-harness.js'

/** A sink in the course of one case. */
export interface SinkSession<Position, S extends Sink<Position> = Sink<Position>> {
  readonly harness: SinkHarness<Position, S>
  /** The sink of the moment. */
  readonly sink: S
  write(...events: readonly ChangeEvent[]): Promise<void>
  /** Commits; the position comes as it comes back from a store: through JSON. */
  commit(): Promise<Position>
  /** `write` and `commit`. */
  put(...events: readonly ChangeEvent[]): Promise<Position>
  /** The process ends in order, and a new one opens at a position. */
  restart(position: Position | undefined): Promise<void>
  /** The process dies, and a new one opens at a position. */
  crash(position: Position | undefined): Promise<void>
  /** The process dies, and a new one has a sink that is not open yet. */
  replace(how: 'close' | 'crash'): Promise<void>
  /** Fails unless exactly these rows are committed. */
  expectRows(rows: readonly UpsertedChange[], when: string): Promise<void>
  /** Fails unless all these rows are committed, by id, and nothing but versions of these and of the others. */
  expectAmong(rows: readonly UpsertedChange[], others: readonly UpsertedChange[], when: string): Promise<void>
}

/** A case that begins with a sink opened over nothing. */
export function sinkCase<Position, S extends Sink<Position>>(
  harness: SinkHarness<Position, S>,
  name: string,
  body: (session: SinkSession<Position, S>) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      let sink = await harness.create()
      try {
        await sink.open(undefined)
        await body(createSession())
      } finally {
        await sink.close()
        await harness.dispose?.()
      }

      function createSession(): SinkSession<Position, S> {
        const session: SinkSession<Position, S> = {
          harness,
          get sink() {
            return sink
          },
          write: (...events) => sink.write(events),
          commit: async () => throughJson(await sink.commit()),
          async put(...events) {
            await session.write(...events)
            return await session.commit()
          },
          async restart(position) {
            await session.replace('close')
            await sink.open(position)
          },
          async crash(position) {
            await session.replace('crash')
            await sink.open(position)
          },
          async replace(how) {
            if (how === 'crash' && harness.crash !== undefined) await harness.crash(sink)
            else await sink.close()
            sink = await harness.reopen()
          },
          async expectRows(rows, when) {
            assertSameRows(await harness.rows(), expectedRows(harness, rows), when)
          },
          async expectAmong(rows, others, when) {
            assertAmong(harness, await harness.rows(), rows, others, when)
          },
        }
        return session
      }
    },
  }
}

/** A value as it comes back from a store that keeps JSON. */
export function throughJson<T>(value: T): T {
  const text = JSON.stringify(value)
  assert.notEqual(text, undefined, 'the position is not JSON')
  return JSON.parse(text) as T
}

/** Fails unless every one of `rows` is there, by id, and everything there is one of them or of `others`. */
export function assertAmong(
  harness: Pick<SinkHarness, 'expected'>,
  actual: ReadonlyMap<string, Row>,
  rows: readonly UpsertedChange[],
  others: readonly UpsertedChange[],
  when: string,
): void {
  for (const { id } of rows) assert.ok(actual.has(id), `${when}: row ${id} is missing`)
  for (const [id, row] of actual) {
    const versions = [...rows, ...others].filter((change) => change.id === id)
    assert.ok(versions.length > 0, `${when}: row ${id} should not be there`)
    const [first, second = first] = versions.map((change) => harness.expected?.(change.row) ?? change.row)
    if (!isDeepStrictEqual(row, first)) assert.deepEqual(row, second, `${when}: row ${id} differs`)
  }
}

/** Rows by id, as the harness says they come back. */
function expectedRows(
  { expected = (row: Row) => row }: Pick<SinkHarness, 'expected'>,
  changes: readonly UpsertedChange[],
): ReadonlyMap<string, Row> {
  return new Map(changes.map(({ id, row }) => [id, expected(row)]))
}

/** Fails with the few ids that differ rather than with two whole tables. */
function assertSameRows(
  actual: ReadonlyMap<string, Row>,
  expected: ReadonlyMap<string, Row>,
  when: string,
): void {
  const missing = [...expected.keys()].filter((id) => !actual.has(id))
  const surplus = [...actual.keys()].filter((id) => !expected.has(id))
  assert.deepEqual(
    { missing: missing.slice(0, 5), surplus: surplus.slice(0, 5) },
    { missing: [], surplus: [] },
    `${when}: ${missing.length} of ${expected.size} rows are missing (${missing.slice(0, 3).join(', ')}), ${surplus.length} should not be there (${surplus.slice(0, 3).join(', ')})`,
  )
  for (const [id, row] of expected) assert.deepEqual(actual.get(id), row, `${when}: row ${id} differs`)
}

/** Fails unless a call whose signal was aborted before it began rejects with the very reason. */
export async function assertAborts(
  call: (options: CallOptions) => Promise<unknown>,
  what: string,
): Promise<void> {
  const reason = new Error('the caller has had enough')
  await assert.rejects(
    async () => await call({ signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
    `${what} with an aborted signal has to reject with the reason of the signal`,
  )
}
