import type { BadRowLetters } from './bad-row-letters.js'
import { columnsToEmpty } from './columns-to-empty.js'
import type { SqlConnection, SqlRow, SqlValue } from './connection.js'
import type { SqlDialect, StagedRow } from './dialect.js'
import { divide } from './divide.js'
import { goesThrough } from './savepoint.js'
import { rowsOfShadow, type TableSql } from './table-sql.js'

/** Brings what is staged into a table, where some of the rows are refused: those are told of in letters. */
export interface PartsMerge {
  /** Of the stage, which is not empty behind it. */
  mergeStage(epoch: number): Promise<void>
  /** Of the shadow, by way of the stage, which has to be empty and is again. */
  mergeShadow(epoch: number): Promise<void>
}

export interface PartsMergeOptions {
  readonly dialect: Pick<SqlDialect, 'errors'>
  readonly connection: SqlConnection
  readonly sql: TableSql
  readonly letters: BadRowLetters
  /** Changes the table, as a whole or not at all; lets go of unique values where that helps. */
  readonly change: (work: () => Promise<void>) => Promise<void>
  readonly emptyStage: () => Promise<void>
}

type Mention = { readonly number: number; readonly gone: boolean }

export function createPartsMerge(options: PartsMergeOptions): PartsMerge {
  const { dialect, connection, sql, letters, change, emptyStage } = options
  const { parts } = sql
  const { isRowFault } = dialect.errors

  const run = async (statement: string, values: readonly SqlValue[]): Promise<void> => {
    await connection.query(statement, values)
  }

  async function stagedRow(number: number): Promise<Omit<StagedRow, 'number' | 'lacks'>> {
    const { rows } = await connection.query(parts.selectRow, [number])
    const [id, gone, version, ...values] = Object.values(rows[0] ?? ({} as SqlRow))
    return {
      id: String(id),
      gone: Boolean(gone),
      rowVersion: version === null ? null : String(version),
      values: values as SqlValue[],
    }
  }

  async function onBadUpsert(number: number, epoch: number, error: unknown): Promise<void> {
    const row = await stagedRow(number)
    const upsert = (): Promise<void> => run(parts.upsert, [epoch, number, number])
    const filled = row.values.flatMap((value, place) => (value === null ? [] : [place]))
    const emptied = letters.isKept
      ? await columnsToEmpty(filled, (places) =>
          goesThrough(
            connection,
            'deltaverse_part',
            async () => {
              if (places.size > 0) await run(parts.emptyColumns([...places]), [number])
              await upsert()
            },
            isRowFault,
          ),
        )
      : undefined
    letters.ofStaged(row, error, emptied)
    if (emptied === undefined) return await run(parts.dropRow, [number])
    await change(async () => {
      await run(parts.emptyColumns(emptied), [number])
      await upsert()
    })
  }

  async function onBadRemoval(number: number, error: unknown): Promise<void> {
    letters.ofStaged(await stagedRow(number), error)
    await run(parts.dropRow, [number])
  }

  async function mergeStage(epoch: number): Promise<void> {
    const { rows } = await connection.query(parts.numbers)
    const mentions = rows.map(
      ({ number, gone }): Mention => ({ number: Number(number), gone: Boolean(gone) }),
    )
    const numbersOf = (wanted: boolean): number[] =>
      mentions.filter(({ gone }) => gone === wanted).map(({ number }) => number)
    await divide(
      numbersOf(true),
      (numbers) => change(() => run(parts.remove, ends(numbers))),
      isRowFault,
      onBadRemoval,
    )
    await divide(
      numbersOf(false),
      (numbers) => change(() => run(parts.upsert, [epoch, ...ends(numbers)])),
      isRowFault,
      (number, error) => onBadUpsert(number, epoch, error),
    )
  }

  return {
    mergeStage,
    async mergeShadow(epoch) {
      let after: string | null = null
      for (;;) {
        const staged: { readonly count: number } = await connection.query(parts.stageShadow, [after])
        if (staged.count > 0) {
          const { rows } = await connection.query(parts.lastStaged)
          after = String(rows[0]?.id)
          await mergeStage(epoch)
        }
        await emptyStage()
        if (staged.count < rowsOfShadow) return
      }
    },
  }
}

function ends(numbers: readonly number[]): [number, number] {
  return [numbers[0] ?? 0, numbers.at(-1) ?? 0]
}
