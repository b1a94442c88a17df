import { builtInIds } from '../schema/built-in-rows.js'
import type { Table } from '../schema/table.js'
import type { Service } from '../service.js'
import type { RowValues } from './read-body.js'

/** The state that the rows of a table begin in: by its definition, else the first that it has. */
export function definedInitialState(table: Table): number | undefined {
  return table.definition.stateRules?.initialState ?? table.column('statecode')?.options[0]?.value
}

/**
 * The state that a new row begins in. Products begin as drafts, unless the organization is set up to create those without
 * a parent as active.
 *
 * Source: Microsoft Learn, "Publish, revise, revert, retire, and activate products".
 */
export function initialState({ store }: Service, table: Table, values: RowValues): number | undefined {
  if (table.logicalName === 'product' && (values.parentproductid ?? null) === null) {
    const organization = store.table('organization').get(builtInIds.organization)
    if (organization?.createproductswithoutparentinactivestate === true) return 0
  }
  return definedInitialState(table)
}
