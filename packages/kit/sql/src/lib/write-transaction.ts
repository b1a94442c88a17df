import { type Change, DataverseError } from '@deltaverse/core'
import type { BadRowLetters } from './bad-row-letters.js'
import type { ResolvedColumn } from './columns.js'
import type { SqlConnection } from './connection.js'
import { countIn, type SqlDialect } from './dialect.js'
import { withMergeAttempts } from './merge-attempts.js'
import { createPartsMerge } from './merge-parts.js'
import type { PatchEncoder } from './patch-encoders.js'
import type { RowEncoder } from './row-encoder.js'
import { createStaging } from './staging.js'
import type { RowsTable, TableSql } from './table-sql.js'

/** What changes with the events, and is saved as the position. */
interface Progress {
  epoch: number
  reading: boolean
  leftovers: boolean
}

/** Everything between two commits: rows are staged as they come, and reach the table in the order of the events. */
export interface WriteTransaction {
  /** Returns nothing where there is nothing to wait for. */
  stage(change: Change): Promise<void> | undefined
  /** Puts some columns into rows that the table holds, behind everything staged before. */
  patch(encoder: PatchEncoder, rows: readonly Change[]): Promise<void>
  /** Ids of those rows that the table holds with other values. Nothing is left of them. */
  differing(rows: readonly Change[]): Promise<readonly string[]>
  /** Rows may not come for long now. */
  pause(): Promise<void>
  /** A snapshot begins. */
  reset(epoch: number): Promise<void>
  /** A snapshot ended: what it did not bring goes. */
  complete(epoch: number): Promise<void>
  /** Brings what is staged into the table and ends the transaction. `finish` is the last to use it. */
  commit(finish: () => Promise<void>): Promise<void>
  readonly progress: Readonly<Progress>
  /** Whether a snapshot has ended in it. */
  readonly completed: boolean
}

export interface WriteTransactionOptions<C extends SqlConnection> {
  readonly dialect: SqlDialect<C>
  readonly connection: C
  readonly sql: TableSql
  readonly encode: RowEncoder
  readonly table: string
  readonly columns: readonly ResolvedColumn[]
  readonly resync: 'in-place' | 'at-end'
  readonly progress: Readonly<Progress>
  /** Counts the commit; called once, before anything is done to the table. */
  readonly claim: () => Promise<void>
  /** What is being done, for messages. */
  readonly doing: string
  /** Where rows are told of that cannot be kept; absent where one of them ends the transaction. */
  readonly letters: BadRowLetters | undefined
}

/** Begins a transaction. */
export async function beginWrite<C extends SqlConnection>(
  options: WriteTransactionOptions<C>,
): Promise<WriteTransaction> {
  const { dialect, connection, sql, resync, doing, letters } = options
  const { epoch, reading, leftovers } = options.progress
  const progress: Progress = { epoch, reading, leftovers }
  const staging = createStaging({ ...options, columns: options.columns.length })
  let claimed = false
  let completed = false

  for (const statement of dialect.begin('write')) await connection.query(statement)

  async function claim(): Promise<void> {
    if (claimed) return
    claimed = true
    await options.claim()
  }

  async function change(work: () => Promise<void>, vacatesFor?: 'stage' | 'shadow'): Promise<void> {
    await claim()
    const vacate = vacatesFor && (() => vacateUnique(vacatesFor))
    await withMergeAttempts(dialect, connection, work, vacate)
  }

  async function vacateUnique(from: 'stage' | 'shadow'): Promise<void> {
    const unique = await dialect.catalogue.uniqueColumns(connection, options.table)
    const ours = options.columns.map(({ column }) => column).filter((column) => unique.includes(column))
    if (ours.length === 0) return
    await connection.query(sql.vacate(ours, from))
    // Rows that are gone stay until the end of a snapshot; a row that is not gone is still to come, with the value it has now.
    if (from === 'shadow' || !progress.reading) return
    for (const column of ours) await connection.query(sql.vacateStale(column), [progress.epoch])
  }

  const isFault = (error: unknown): boolean => letters !== undefined && dialect.errors.isRowFault(error)
  const parts =
    letters &&
    createPartsMerge({
      dialect,
      connection,
      sql,
      letters,
      change: (work) => change(work, 'stage'),
      emptyStage: () => staging.empty(),
    })

  async function merge(): Promise<void> {
    const staged = await staging.settle()
    if (staged === undefined) return
    const target: RowsTable = progress.reading && resync === 'at-end' ? 'shadow' : 'main'
    if (staged.lacking.size > 0) await change(() => keepOld([...staged.lacking], target))
    try {
      await change(
        async () => {
          // First what goes, so that a value which is unique is free for the row that takes it over.
          if (staged.deletions > 0) await connection.query(sql.remove(target))
          if (staged.upserts > 0) await connection.query(sql.upsert(target), [progress.epoch])
        },
        target === 'main' ? 'stage' : undefined,
      )
    } catch (error) {
      if (target === 'shadow' || !isFault(error)) throw error
      await parts?.mergeStage(progress.epoch)
    }
    await staging.empty()
  }

  async function keepOld(places: readonly number[], target: RowsTable): Promise<void> {
    await connection.query(sql.keepOld(places, target))
    const { rows } = await connection.query(sql.countRepeats)
    if (countIn(rows, 'repeats') === 0) return
    await connection.query(dialect.text.indexStage)
    for (const place of places) await connection.query(sql.keepRepeated(place))
  }

  async function showShadow(): Promise<void> {
    try {
      await change(async () => {
        await connection.query(sql.removeNotInShadow)
        await connection.query(sql.mergeShadow)
      }, 'shadow')
    } catch (error) {
      if (!isFault(error)) throw error
      await change(async () => {
        await connection.query(sql.removeNotInShadow)
      })
      await staging.open()
      await parts?.mergeShadow(progress.epoch)
    }
  }

  async function openStaging(): Promise<void> {
    // Changes without a snapshot in front of them: there is no end at which what was there before would go.
    if (progress.leftovers) {
      await change(async () => {
        await connection.query(sql.removeAll)
      })
      progress.leftovers = false
    }
    await staging.open()
  }

  return {
    progress,
    get completed() {
      return completed
    },
    stage(row) {
      if (staging.isOpen) return staging.add(row)
      return openStaging().then(() => staging.add(row))
    },
    async differing(rows) {
      if (sql.selectDiffering === undefined) return []
      await merge()
      await staging.open()
      for (const row of rows) await staging.add(row)
      await staging.settle()
      const found = await connection.query(sql.selectDiffering)
      await staging.empty()
      return found.rows.map(({ id }) => String(id))
    },
    async patch({ encode, columns }, rows) {
      if (columns.length === 0) return
      await merge()
      await openStaging()
      for (const row of rows) await staging.add(row, encode)
      if ((await staging.settle()) === undefined) return
      await change(async () => {
        await connection.query(sql.patch(columns))
      })
      await staging.empty()
    },
    pause: () => staging.pause(),
    async reset(next) {
      await merge()
      await change(async () => {
        if (resync === 'in-place') {
          await connection.query(sql.demote, [next])
        } else {
          await connection.query(sql.dropShadow)
          await connection.query(sql.createShadow)
        }
      })
      progress.epoch = next
      progress.reading = true
      // They go with what the snapshot does not bring.
      progress.leftovers = false
    },
    async complete(ended) {
      await merge()
      if (progress.epoch !== ended) throw unknownSnapshot(ended, progress, doing)
      if (!progress.reading) return
      if (resync === 'in-place') {
        await change(async () => {
          await connection.query(sql.removeStale, [ended])
        })
      } else {
        await showShadow()
      }
      progress.reading = false
      completed = true
    },
    async commit(finish) {
      await merge()
      await claim()
      await finish()
      await connection.query('COMMIT')
    },
  }
}

function unknownSnapshot(epoch: number, progress: Progress, doing: string): DataverseError {
  return new DataverseError(
    `Snapshot ${epoch} ends and was never begun (${doing}; the last that began is ${progress.epoch}). Source and sink are not of one state: read in full once more.`,
    { code: 'sink-mismatch' },
  )
}
