import type { EmulatorOptions } from '@deltaverse/emulator'
import type { TableSchema } from '@deltaverse/schema'
import type { RowValues } from '@deltaverse/testing/crash'

/** The table that is synced: small rows whose every column tells which edit it is of. */
export const itemTable: NonNullable<EmulatorOptions['tables']>[number] = {
  logicalName: 'crash_item',
  entitySetName: 'crash_items',
  changeTrackingEnabled: true,
  ownership: 'OrganizationOwned',
  stateless: true,
  primaryNameColumn: 'crash_name',
  columns: [
    { logicalName: 'crash_name', type: 'string', maxLength: 100 },
    { logicalName: 'crash_text', type: 'memo', maxLength: 100_000 },
    { logicalName: 'crash_count', type: 'integer' },
    { logicalName: 'crash_more', type: 'string', maxLength: 200 },
  ],
}

export const entitySet = 'crash_items'
export const primaryKey = 'crash_itemid'

/** The lists of columns that a scenario changes between. */
export const selections = {
  narrow: ['crash_name', 'crash_text', 'crash_count'],
  wide: ['crash_count', 'crash_more', 'crash_name', 'crash_text'],
} as const

export type SelectionName = keyof typeof selections

/** The table as a source of these columns describes it. */
export function schemaOf(selection: SelectionName): TableSchema {
  const columns = selections[selection].map((name) => ({
    name,
    type: name === 'crash_count' ? ({ kind: 'int32' } as const) : ({ kind: 'text' } as const),
    nullable: true,
  }))
  return {
    name: entitySet,
    columns: [{ name: primaryKey, type: { kind: 'uuid' }, nullable: false }, ...columns],
    primaryKey: [primaryKey],
  }
}

/** Values that belong to one edit and no other, so that a row made of two edits is found out. */
export function valuesOf(slot: number, edit: number): RowValues {
  const mark = `${slot}.${edit}`
  return {
    crash_name: `Item ${mark}`,
    crash_text: `${mark} "\\\n\u2028é😀 `.repeat((slot * 31 + edit * 17) % 23) + mark,
    crash_count: edit,
    crash_more: `more of ${mark}`,
  }
}

/** The id of a place in the table's order: pages go by id, so places are next to each other there too. */
export function idOfSlot(slot: number): string {
  return `${slot.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
}

export function slotOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16)
}
