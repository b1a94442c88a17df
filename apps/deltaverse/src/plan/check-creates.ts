import { DataverseError } from '@deltaverse/core'
import { createUpsertWriter } from '@deltaverse/dataverse'
import type { Environment } from '../environment/open-environment.js'
import type { DeadLetterFile } from '../push/dead-letter-file.js'
import { letterOfPlan } from './letter-of-plan.js'
import type { OpenedPlan } from './plan-file.js'
import { type PlannedRow, toPlannedRow } from './planned-row.js'

/** Rows that a plan creates, as far as they are still to be created. */
export interface PlannedCreates {
  /** Those that are not there. */
  rows(): AsyncIterable<PlannedRow>
  /** Those that an earlier run of the plan created and did not complete; known behind {@link rows}. */
  unfinished(): AsyncIterable<PlannedRow>
  /** Rows that are there as the plan wants them. */
  already(): number
  /** Rows of others under the same key. */
  conflicts(): number
}

interface CheckTerms {
  readonly plan: OpenedPlan
  readonly environment: Environment
  readonly letters: DeadLetterFile
  readonly signal: AbortSignal
}

/** Looks, in bulk, which rows of a plan are there by now: ours by the GUID that the plan gave them, or somebody else's. */
export function checkCreates(
  { plan, environment, letters, signal }: CheckTerms,
  onSettled: () => void,
): PlannedCreates {
  const { push, table } = plan.head
  const reader = createUpsertWriter<PlannedRow>(environment.client, {
    entitySet: table.entitySet,
    key: [...push.key],
    operation: 'upsert',
  })
  const unfinished: PlannedRow[] = []
  let already = 0
  let conflicts = 0
  async function* planned(): AsyncGenerator<PlannedRow, void, undefined> {
    for await (const entry of plan.entries()) if (entry.do === 'create') yield toPlannedRow(entry)
  }
  return {
    async *rows() {
      for await (const found of reader.dryRun(planned(), { signal })) {
        const { index, key, row, id } = found
        if (found.plan === 'create' || found.plan === 'rejected') yield row
        else if (found.plan === 'unchanged') {
          already += 1
          onSettled()
        } else if (id === row.entry.id) unfinished.push(toPlannedRow(row.entry, { bound: false }))
        else {
          conflicts += 1
          onSettled()
          const error = new DataverseError(
            'Somebody else created a row with this key since the plan was made. Make a new plan.',
            { code: 'conflict' },
          )
          const letter = reader.toDeadLetter({ index, key, row, plan: 'rejected', error, problems: [] })
          await letters.add({ ...letterOfPlan(letter, row.entry, plan), conflict: 'row-exists' })
        }
      }
    },
    async *unfinished() {
      yield* unfinished
    },
    already: () => already,
    conflicts: () => conflicts,
  }
}
