import type { CallOptions, Change, Checkpoint } from '@deltaverse/core'
import { createDeletion } from '../fingerprints/create-deletion.js'
import { bytesOf } from '../read/count-changes.js'
import type { TableSession } from '../read/table-session.js'
import type { RowDifference, VerifySource } from './verify-options.js'

/** Writes rows as they are now to the sink and the fingerprint store, and commits them with the state. */
export interface RowRepair {
  /** @returns how many rows it wrote or took away */
  repair(differences: readonly RowDifference[]): Promise<number>
  /** Commits the rest, if there was anything. */
  finish(): Promise<void>
}

/**
 * Nothing is taken from the lists but which rows to look at: each is read again, and what does not come is gone. Where a row
 * changes once more, the next delta brings it.
 */
export function createRowRepair<Position, R extends object>(
  { parts, committer }: TableSession<Position, R>,
  source: VerifySource<R>,
  call: CallOptions,
): RowRepair {
  const { filter, guard, options } = parts
  const { sink } = options
  const rowsBefore = committer.saved()?.rows
  let missing = 0
  let deletions = 0
  let written = 0

  async function readAgain(differences: readonly RowDifference[]): Promise<Change<R>[]> {
    const changes: Change<R>[] = []
    const gone = new Map(differences.map((difference) => [difference.id, difference]))
    for await (const rows of source.rows([...gone.keys()], call)) {
      for (const row of rows) {
        if (gone.get(row.id)?.kind === 'missing') missing += 1
        gone.delete(row.id)
        changes.push(row)
      }
    }
    for (const { kind, id } of gone.values()) {
      if (kind === 'missing') continue
      deletions += 1
      changes.push(createDeletion(source.table, id))
    }
    return changes
  }

  async function commit(checkpoint: Checkpoint): Promise<void> {
    const rows = filter.rows() ?? (rowsBefore === undefined ? undefined : rowsBefore + missing - deletions)
    await committer.commit(checkpoint, { rows, deletions: 0 }, call)
  }

  return {
    async repair(differences) {
      const changes = await readAgain(differences)
      if (changes.length === 0) return 0
      await guard.check(deletions, { rows: rowsBefore, mayBeMore: filter.rows() === undefined }, call)
      const selected = await filter.select(changes, call)
      await sink.write(selected.changes, call)
      committer.note(bytesOf(changes))
      written += changes.length
      const checkpoint = committer.saved()?.checkpoint
      if (committer.isDue() && checkpoint !== undefined) await commit(checkpoint)
      return changes.length
    },
    async finish() {
      const checkpoint = committer.saved()?.checkpoint
      if (written === 0 || checkpoint === undefined) return
      // For a sink, this is where a read ends, and what it shows its readers is all of it.
      await sink.write([{ kind: 'checkpoint', checkpoint }], call)
      await commit(checkpoint)
    },
  }
}
