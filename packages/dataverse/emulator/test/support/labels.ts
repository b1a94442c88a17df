import type { TableDefinition } from '../../src/index.js'

/** A table whose rows go with many things, and the intersect table between the two. */
export const labels: readonly TableDefinition[] = [
  {
    logicalName: 'new_label',
    isCustom: true,
    columns: [{ logicalName: 'name', type: 'string' }],
  },
  {
    logicalName: 'new_thing_label',
    schemaName: 'new_Thing_Label',
    isCustom: true,
    columns: [],
    intersect: {
      ends: [
        { table: 'new_thing', navigationProperty: 'new_Labels' },
        { table: 'new_label', navigationProperty: 'new_Things' },
      ],
    },
  },
]
