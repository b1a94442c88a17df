import { deterministicId } from '../schema/deterministic-id.js'
import type { Schema } from '../schema/schema.js'
import type { Column, Table } from '../schema/table.js'
import type { LookupTarget } from '../schema/table-definition.js'
import { managed } from './managed-property.js'

/** The relationships in which a table holds the lookup. */
export function manyToOneRelationships(table: Table, schema: Schema): Record<string, unknown>[] {
  return table.columns.flatMap((column) =>
    column.targets.map((target) => toRelationship(table, column, target, schema)),
  )
}

/** The relationships in which other tables' lookups point at a table. */
export function oneToManyRelationships(table: Table, schema: Schema): Record<string, unknown>[] {
  return schema
    .tables()
    .flatMap((other) =>
      other.columns.flatMap((column) =>
        column.targets
          .filter((target) => target.table === table.logicalName)
          .map((target) => toRelationship(other, column, target, schema)),
      ),
    )
}

/** The relationships in which an intersect table pairs a table's rows with others. */
export function manyToManyRelationships(table: Table, schema: Schema): Record<string, unknown>[] {
  return schema.tables().flatMap((intersectTable) => {
    const { intersect } = intersectTable
    if (intersect?.ends.some((end) => end.table === table.logicalName) !== true) return []
    const { relationshipName, ends } = intersect
    const [first, second] = ends
    return [
      {
        ...baseMembers(intersectTable, relationshipName, relationshipName),
        RelationshipType: 'ManyToManyRelationship',
        Entity1LogicalName: first.table,
        Entity1IntersectAttribute: first.column,
        Entity1NavigationPropertyName: first.navigationProperty,
        Entity2LogicalName: second.table,
        Entity2IntersectAttribute: second.column,
        Entity2NavigationPropertyName: second.navigationProperty,
        IntersectEntityName: intersectTable.logicalName,
      },
    ]
  })
}

const deleteBehaviors = {
  cascade: 'Cascade',
  'remove-link': 'RemoveLink',
  restrict: 'Restrict',
  'no-cascade': 'NoCascade',
} as const

function toRelationship(
  table: Table,
  column: Column,
  target: LookupTarget,
  schema: Schema,
): Record<string, unknown> {
  const schemaName = target.relationshipName ?? target.collectionNavigationProperty
  return {
    ...baseMembers(table, schemaName, `${schemaName}:${target.table}`),
    RelationshipType: 'OneToManyRelationship',
    ReferencedEntity: target.table,
    ReferencedAttribute: schema.byLogicalName(target.table)?.primaryIdColumn ?? null,
    ReferencedEntityNavigationPropertyName: target.collectionNavigationProperty,
    ReferencingEntity: table.logicalName,
    ReferencingAttribute: column.logicalName,
    ReferencingEntityNavigationPropertyName: target.navigationProperty,
    IsHierarchical: false,
    CascadeConfiguration: {
      Assign: 'NoCascade',
      Delete: deleteBehaviors[target.onDelete ?? 'remove-link'],
      Archive: 'NoCascade',
      Merge: 'NoCascade',
      Reparent: 'NoCascade',
      Share: 'NoCascade',
      Unshare: 'NoCascade',
      RollupView: 'NoCascade',
    },
  }
}

/** What relationships of every kind have; `table` is the one that holds them. */
function baseMembers(table: Table, schemaName: string, identity: string): Record<string, unknown> {
  return {
    MetadataId: deterministicId(`relationship:${identity}`),
    HasChanged: null,
    IsCustomRelationship: table.isCustom,
    IsValidForAdvancedFind: true,
    SchemaName: schemaName,
    SecurityTypes: 'Append',
    IsManaged: !table.isCustom,
    IntroducedVersion: null,
    IsCustomizable: managed(true, 'iscustomizable'),
  }
}
