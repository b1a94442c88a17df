import { notEmulated } from '../http/service-error.js'
import { unknownProperty } from '../query/query-errors.js'
import type { Schema } from '../schema/schema.js'
import type { Table } from '../schema/table.js'
import { type AttributeMetadata, toAttributeMetadata } from './attribute-metadata.js'
import { toEntityMetadata } from './entity-metadata.js'
import { toKeyMetadata } from './key-metadata.js'
import { type Members, type MetadataQuery, selectMembers } from './metadata-query.js'
import {
  manyToManyRelationships,
  manyToOneRelationships,
  oneToManyRelationships,
} from './relationship-metadata.js'

/** The collections below a table's definition, by name. */
export type PartName =
  | 'Attributes'
  | 'Keys'
  | 'ManyToOneRelationships'
  | 'OneToManyRelationships'
  | 'ManyToManyRelationships'

const partNames: ReadonlySet<string> = new Set<PartName>([
  'Attributes',
  'Keys',
  'ManyToOneRelationships',
  'OneToManyRelationships',
  'ManyToManyRelationships',
])

/** Whether a name is that of a collection below a table's definition. */
export function isPartName(name: string): name is PartName {
  return partNames.has(name)
}

/** A table's definition as the query asks for it. */
export function describeTable(table: Table, schema: Schema, query: MetadataQuery): Record<string, unknown> {
  const members = selectMembers(toEntityMetadata(table, schema), query.select, 'EntityMetadata')
  for (const { name, query: inner } of query.expand) {
    if (!isPartName(name)) throw unknownProperty(name, 'EntityMetadata')
    members[name] = describePart(name, table, schema, inner)
  }
  return members
}

/** One of the collections below a table's definition as the query asks for it. */
export function describePart(
  name: PartName,
  table: Table,
  schema: Schema,
  query: MetadataQuery,
): Record<string, unknown>[] {
  switch (name) {
    case 'Attributes':
      return describeAttributes(table, query)
    case 'Keys':
      return describeMembers(
        table.keys.map((key) => toKeyMetadata(key, table)),
        query,
        'EntityKeyMetadata',
      )
    case 'ManyToOneRelationships':
      return describeMembers(manyToOneRelationships(table, schema), query, 'OneToManyRelationshipMetadata')
    case 'OneToManyRelationships':
      return describeMembers(oneToManyRelationships(table, schema), query, 'OneToManyRelationshipMetadata')
    case 'ManyToManyRelationships':
      return describeMembers(manyToManyRelationships(table, schema), query, 'ManyToManyRelationshipMetadata')
  }
}

function describeMembers(
  all: readonly Members[],
  query: MetadataQuery,
  typeName: string,
): Record<string, unknown>[] {
  if (query.expand.length > 0) throw notEmulated(`$expand on ${typeName}`)
  const { filter } = query
  return all
    .filter((members) => filter?.(members) ?? true)
    .map((members) => selectMembers(members, query.select, typeName))
}

function describeAttributes(table: Table, query: MetadataQuery): Record<string, unknown>[] {
  const { filter } = query
  return table.columns
    .map((column) => toAttributeMetadata(column, table))
    .filter((attribute) => filter?.(attribute.base) ?? true)
    .map((attribute) => describeAttribute(attribute, query))
}

/** An attribute as the base type: marked with its own type, of which only an uncast read without `$select` tells. */
export function describeAttribute(
  attribute: AttributeMetadata,
  query: MetadataQuery,
): Record<string, unknown> {
  const [expanded] = query.expand
  if (expanded !== undefined) throw unknownProperty(expanded.name, 'AttributeMetadata')
  return {
    '@odata.type': `#Microsoft.Dynamics.CRM.${attribute.typeName}`,
    ...(query.select === undefined
      ? { ...attribute.base, ...attribute.own }
      : selectMembers(attribute.base, query.select, 'AttributeMetadata')),
  }
}

/** An attribute after a cast to its type, where the type's own members can be selected and option sets expanded. */
export function describeCastAttribute(
  attribute: AttributeMetadata,
  query: MetadataQuery,
): Record<string, unknown> {
  const members = selectMembers({ ...attribute.base, ...attribute.own }, query.select, attribute.typeName)
  for (const { name, query: inner } of query.expand) {
    const expand = attribute.expandable[name]
    if (expand === undefined) throw unknownProperty(name, attribute.typeName)
    const value = expand()
    members[name] =
      value === null ? null : selectMembers(value as Members, inner.select, 'OptionSetMetadataBase')
  }
  return members
}
