import { type ColumnProblem, createKeyResolver, createRowTranslator } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions, Row } from '@deltaverse/core'
import type { RowSource } from '../queue/row-source.js'
import { type RowProblem, remedies } from '../result/row-problem.js'
import type { WriterSettings } from '../writer-options.js'
import { checkTranslation } from './check-translation.js'
import { gatherRows } from './gather-rows.js'
import type { GivenRow } from './given-row.js'
import { createRowMapper, type MappedRow, type RowMapper } from './map-row.js'
import type { RowOrigins } from './row-origins.js'
import type { TranslationSettings } from './translation-options.js'

/** Rows that are translated together, so that the rows they point at are looked up together. */
const rowsAtOnce = 1_000

/** Turns the rows of one table into what the Web API takes. */
export interface TranslationStage {
  /** A row for each given one, in order; of those that cannot be written `origins` knows the problems. */
  translate(rows: RowSource<GivenRow>, call: CallOptions): AsyncGenerator<Row, void, undefined>
  readonly origins: RowOrigins
}

/**
 * Creates the stage of one writer.
 *
 * @throws TypeError for columns that the table does not have; DataverseError `not-found` for the table
 */
export async function createTranslationStage(
  client: DataverseClient,
  translation: TranslationSettings,
  { logicalName, options }: { readonly logicalName: string; readonly options: WriterSettings },
  call: CallOptions,
): Promise<TranslationStage> {
  const resolver = translation.resolver ?? createKeyResolver(client)
  const table = await resolver.metadata.table(logicalName, call)
  await checkTranslation(resolver.metadata, table, translation, call)
  const translator = createRowTranslator(client, {
    table: logicalName,
    resolver,
    references: translation.references,
    key: [...(options.key ?? [])],
    emptyText: options.emptyText,
    badCharacters: options.badCharacters,
    noNumber: options.operation === 'update' ? 'clear' : 'leave',
  })
  const mapper = createRowMapper(table, translation)
  const origins: RowOrigins = new WeakMap()

  async function translateAll(
    given: readonly GivenRow[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Row[]> {
    const mapped = given.map((each) => mapOrRefuse(mapper, each))
    const translated = await translator.toWireRows(
      mapped.map(({ row }) => row),
      { signal },
    )
    return given.map(({ row, values, place, id, onWire }, at) => {
      const { row: words, problems } = mapped[at] ?? { row: {}, problems: [] }
      const result = translated[at]
      const found = result?.status === 'failed' ? result.problems : []
      const etag = words['@odata.etag']
      const wire: Record<string, unknown> = {
        ...result?.row,
        ...(etag !== undefined && { '@odata.etag': etag }),
        ...(id !== undefined && { [table.primaryIdColumn]: id }),
      }
      const all = [...problems, ...found.map((problem) => toRowProblem(problem, mapper, values))]
      origins.set(wire, { row, values, place, mapped: words, problems: all, fromOf: mapper.fromOf })
      onWire?.(wire)
      return wire
    })
  }

  return {
    origins,
    async *translate(rows, { signal }) {
      const { maxWaitMs, clock, onAbort } = options
      for await (const some of gatherRows(rows, { maxRows: rowsAtOnce, maxWaitMs, clock })) {
        try {
          yield* await translateAll(some, signal)
        } catch (error) {
          // Where an abort drains, what is on its way is still written, and nothing more comes.
          if (onAbort === 'drain' && signal?.aborted === true) return
          throw error
        }
      }
    },
  }
}

/** What has no values has one problem. */
function mapOrRefuse(mapper: RowMapper, { values, problem: message }: GivenRow): MappedRow {
  if (message === undefined) return mapper.map(values)
  return { row: {}, problems: [{ column: '', reason: 'wrong-value', message, remedy: 'give an object' }] }
}

function toRowProblem(
  { column, reason, message, target }: ColumnProblem,
  { fromOf }: RowMapper,
  values: Readonly<Record<string, unknown>>,
): RowProblem {
  const from = fromOf(column)
  return {
    column,
    ...(from !== column && { from }),
    value: values[from],
    reason,
    message,
    remedy: remedies[reason],
    ...(target !== undefined && { target }),
  }
}
