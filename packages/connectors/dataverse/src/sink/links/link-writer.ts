import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions, Row } from '@deltaverse/core'
import { createMetadataReader } from '@deltaverse/metadata'
import { noBulkSupport } from '../plan/bulk-support.js'
import type { RunContext } from '../plan/run-context.js'
import type { RunPlan } from '../plan/run-plan.js'
import { usualStates } from '../plan/table-states.js'
import { mapSource, type RowSource } from '../queue/row-source.js'
import { newChunk, slicesOf } from '../request/channels.js'
import { runStep } from '../response/run-step.js'
import type { Settle, SettledRow } from '../result/row-outcome.js'
import type { RunEvent, TakeEvents } from '../result/write-event.js'
import type { WriteSummary } from '../result/write-result.js'
import type { PendingRow } from '../row/pending-row.js'
import { type ItemWork, runItems } from '../run-rows.js'
import { createLinkCalls } from './link-calls.js'
import { type LinkWriterOptions, toLinkSettings } from './link-options.js'
import type { LinkPair } from './link-pair.js'
import { type LinkRelationship, readRelationship } from './link-relationship.js'
import {
  formatLinkDeadLetter,
  type LinkDeadLetter,
  type LinkEvent,
  type LinkResult,
  type LinkSummary,
  pairOfDeadLetter,
  toLinkResult,
  toLinkSummary,
} from './link-result.js'
import { createPairLocator } from './locate-pairs.js'
import { mergePairs, preparePair } from './pending-pair.js'

/** What a call of {@link LinkWriter.write} accepts. */
export interface LinkCallOptions extends CallOptions {
  /** Told of every pair, and of what happens on the way. Awaited. Default: nobody. */
  readonly onEvent?: TakeEvents<LinkEvent> | undefined
}

/**
 * Makes pairs of a many-to-many relationship and takes them apart. Of several words on one pair the last one counts, as long as
 * all name it in the same way. Make one and use it again; calls that run at the same time know nothing of each other.
 */
export interface LinkWriter {
  /**
   * Writes all pairs. A pair that cannot be written is a result and no exception.
   *
   * @throws DataverseError when no pair can be written: `not-found` for the table or the navigation property, `unauthorized`;
   *   what the source throws; `signal.reason` when the signal aborts and `onAbort` is `stop`
   */
  write(pairs: RowSource<LinkPair>, call?: LinkCallOptions): Promise<LinkSummary>
  /**
   * The same as an iterable of results, in the order in which pairs come back: `index` tells their place. Pairs are pulled only
   * while results are asked for. Its return value is the summary.
   */
  results(pairs: RowSource<LinkPair>, call?: CallOptions): AsyncGenerator<LinkResult, LinkSummary, undefined>
  /** A failed result as plain JSON, with all that is needed to correct and replay the pair. */
  toDeadLetter(result: LinkResult): LinkDeadLetter
  /** Writes the pairs of dead letters again. */
  replay(letters: RowSource<LinkDeadLetter>, call?: LinkCallOptions): Promise<LinkSummary>
}

// So many rows are looked up together by their keys.
const comparedPairs = 1_000

/**
 * Creates a writer for the pairs of one many-to-many relationship, which sends them in `$batch` requests as the writer of rows
 * does.
 *
 * @throws TypeError or RangeError for bad options
 */
export function createLinkWriter(client: DataverseClient, options: LinkWriterOptions): LinkWriter {
  const { own, writer } = toLinkSettings(options, (name) => client.governor.sizer(name))
  const { entitySet, navigation, skipUnchanged } = own
  const metadata = own.metadata ?? createMetadataReader(client)
  let known: LinkRelationship | undefined

  async function start(
    pairs: RowSource<LinkPair>,
    call: CallOptions,
    onEvent: TakeEvents<RunEvent> | undefined,
  ): Promise<AsyncGenerator<readonly SettledRow[], WriteSummary, undefined>> {
    call.signal?.throwIfAborted()
    known ??= await readRelationship(metadata, entitySet, navigation, call)
    const relationship = known
    const plan: RunPlan = {
      table: relationship.from,
      metadata,
      key: undefined,
      dates: new Map(),
      states: usualStates,
      bulk: { ...noBulkSupport },
      options: writer,
      readColumns: () => {
        throw new Error('pairs have no columns')
      },
      calls: createLinkCalls(relationship, client.serviceRoot, writer.service),
    }
    const work: ItemWork = {
      tellsResults: false,
      onEvent,
      prepare: preparePair,
      compare: createPairLocator({ client, metadata, relationship, skipUnchanged }),
      write: writePairs,
      merge: mergePairs,
      comparedRows: comparedPairs,
    }
    return runItems(client, plan, pairs as RowSource<object> as RowSource<Row>, work, call)
  }

  async function writeAll(pairs: RowSource<LinkPair>, call: LinkCallOptions): Promise<LinkSummary> {
    const run = await start(pairs, call, call.onEvent)
    try {
      for (;;) {
        const step = await run.next()
        if (step.done === true) return toLinkSummary(step.value)
        for (const result of step.value.map(toLinkResult)) {
          const isWritten = result.status !== 'failed' && result.status !== 'not-run'
          await call.onEvent?.({ kind: isWritten ? 'pair-done' : 'pair-failed', result })
        }
      }
    } finally {
      await run.return(undefined as never)
    }
  }

  return {
    write: (pairs, call = {}) => writeAll(pairs, call),
    async *results(pairs, call = {}) {
      const run = await start(pairs, call, undefined)
      try {
        for (;;) {
          const step = await run.next()
          if (step.done === true) return toLinkSummary(step.value)
          yield* step.value.map(toLinkResult)
        }
      } finally {
        await run.return(undefined as never)
      }
    },
    toDeadLetter: (result) => formatLinkDeadLetter(result, { entitySet, navigation }),
    replay: (letters, call = {}) =>
      writeAll(
        mapSource(letters, (letter) => pairOfDeadLetter(letter, { entitySet, navigation })),
        call,
      ),
  }
}

async function writePairs(context: RunContext, pairs: readonly PendingRow[], settle: Settle): Promise<void> {
  const chunks = slicesOf(pairs, context.requestRows()).map((each) => newChunk(each, 'batch'))
  await runStep(context, chunks, { kind: 'first' }, settle)
}
