import { asJsonObject, listOf, textOf } from './json-members.js'

/** One end of a many-to-many relationship. */
export interface ManyToManyEnd {
  /** Logical name of the table. */
  readonly table: string
  /** The navigation property of that table which leads to the rows at the other end; case-sensitive. */
  readonly navigationProperty: string
  /** Column of the intersect table that holds the ids of this end's rows. */
  readonly column: string
}

/** A many-to-many relationship. */
export interface ManyToManyMetadata {
  readonly schemaName: string
  /** Logical name of the table that holds the pairs. */
  readonly intersect: string
  readonly ends: readonly [ManyToManyEnd, ManyToManyEnd]
}

const columns = [
  'SchemaName',
  'IntersectEntityName',
  ...[1, 2].flatMap((end) => [
    `Entity${end}LogicalName`,
    `Entity${end}NavigationPropertyName`,
    `Entity${end}IntersectAttribute`,
  ]),
]

/** Path of the many-to-many relationships of a table. */
export function formatManyToManyPath(table: string): string {
  return `EntityDefinitions(LogicalName='${table}')/ManyToManyRelationships?$select=${columns.join(',')}`
}

/** Reads the answer. */
export function parseManyToMany(body: unknown): readonly ManyToManyMetadata[] {
  return listOf(asJsonObject(body, 'many-to-many relationships'), 'value').map((relationship) => {
    const end = (number: 1 | 2): ManyToManyEnd => ({
      table: textOf(relationship, `Entity${number}LogicalName`),
      navigationProperty: textOf(relationship, `Entity${number}NavigationPropertyName`),
      column: textOf(relationship, `Entity${number}IntersectAttribute`),
    })
    return {
      schemaName: textOf(relationship, 'SchemaName'),
      intersect: textOf(relationship, 'IntersectEntityName'),
      ends: [end(1), end(2)],
    }
  })
}
