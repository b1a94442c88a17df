import type { ColumnChange, SchemaDiff } from './schema-diff.js'
import type { ColumnSchema } from './table-schema.js'

/**
 * What to do where a table is not as its schema says, each with what stands before it:
 *
 * - `refuse`: nothing changes; whoever brings rows is told what differs.
 * - `add`: columns that are missing are added.
 * - `widen`: columns get a wider type where every value keeps its meaning.
 *
 * Columns are never dropped and never narrowed.
 */
export type EvolutionPolicy = 'refuse' | 'add' | 'widen'

/** Every policy, in order of what it allows. */
export const evolutionPolicies: readonly EvolutionPolicy[] = ['refuse', 'add', 'widen']

/** What a policy makes of a difference: what is to be done, and what stands in the way. */
export interface EvolutionPlan {
  readonly add: readonly ColumnSchema[]
  readonly widen: readonly ColumnChange[]
  readonly refused: {
    readonly missing: readonly ColumnSchema[]
    readonly changed: readonly ColumnChange[]
    readonly primaryKey: boolean
  }
}

/** Sorts a difference into what the policy allows and what it does not. Columns that were removed stay, as nobody's. */
export function planEvolution(diff: SchemaDiff, policy: EvolutionPolicy): EvolutionPlan {
  const { added, changed, primaryKeyChanged } = diff
  const mayWiden = ({ widens }: ColumnChange): boolean => policy === 'widen' && widens
  return {
    add: policy === 'refuse' ? [] : added,
    widen: changed.filter(mayWiden),
    refused: {
      missing: policy === 'refuse' ? added : [],
      changed: changed.filter((change) => !mayWiden(change)),
      primaryKey: primaryKeyChanged,
    },
  }
}

/** Whether a plan can be carried out. */
export function isAllowed({ refused: { missing, changed, primaryKey } }: EvolutionPlan): boolean {
  return missing.length === 0 && changed.length === 0 && !primaryKey
}
