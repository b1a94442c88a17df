import { segmentNotFound } from '../http/service-error.js'
import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import { unknownProperty } from '../query/query-errors.js'
import type { Schema } from '../schema/schema.js'
import type { Table } from '../schema/table.js'
import { toAttributeMetadata } from './attribute-metadata.js'
import {
  type DefinitionKey,
  type DefinitionSegment,
  findPart,
  findTable,
  parseDefinitionSegment,
} from './definition-address.js'
import {
  describeAttribute,
  describeCastAttribute,
  describePart,
  describeTable,
  isPartName,
} from './definition-parts.js'
import { toEntityMetadata } from './entity-metadata.js'
import { toKeyMetadata } from './key-metadata.js'
import { contextList, type MetadataQuery, parseMetadataQuery, selectMembers } from './metadata-query.js'

const castPrefix = 'Microsoft.Dynamics.CRM.'

/** Answers a GET below `EntityDefinitions`. */
export function readDefinitions(request: ParsedRequest, schema: Schema): ServiceResponse {
  const query = parseMetadataQuery(request.rawQuery)
  const [root, ...rest] = request.segments.map((segment) =>
    segment.startsWith(castPrefix) ? { name: segment, key: undefined } : parseDefinitionSegment(segment),
  )
  if (root?.key === undefined) {
    const [unknown] = rest
    if (unknown !== undefined) throw segmentNotFound(unknown.name)
    return listTables(request, schema, query)
  }
  const table = findTable(root.key, schema)
  return rest.length === 0
    ? readTable(request, table, schema, query)
    : readPart(request, table, schema, query, rest)
}

function listTables(request: ParsedRequest, schema: Schema, query: MetadataQuery): ServiceResponse {
  const { filter } = query
  const tables = schema.tables().filter((table) => filter?.(toEntityMetadata(table, schema)) ?? true)
  return jsonResponse(200, {
    '@odata.context': contextOf(request, 'EntityDefinitions', query),
    value: tables.map((table) => describeTable(table, schema, query)),
  })
}

function readTable(
  request: ParsedRequest,
  table: Table,
  schema: Schema,
  query: MetadataQuery,
): ServiceResponse {
  return jsonResponse(200, {
    '@odata.context': `${contextOf(request, 'EntityDefinitions', query)}/$entity`,
    ...describeTable(table, schema, query),
  })
}

function readPart(
  request: ParsedRequest,
  table: Table,
  schema: Schema,
  query: MetadataQuery,
  [part, cast, ...rest]: readonly DefinitionSegment[],
): ServiceResponse {
  if (part === undefined || rest.length > 0) throw segmentNotFound(rest[0]?.name ?? '')
  if (!isPartName(part.name)) return readMember(request, table, schema, part.name)
  const path = `EntityDefinitions('${table.logicalName}')/${part.name}`
  if (cast !== undefined) return readCast(request, table, query, part, cast, path)
  if (part.key === undefined) {
    return jsonResponse(200, {
      '@odata.context': contextOf(request, path, query),
      value: describePart(part.name, table, schema, query),
    })
  }
  return jsonResponse(200, {
    '@odata.context': `${contextOf(request, path, query)}/$entity`,
    ...readOnePart(table, query, part.name, part.key),
  })
}

function readMember(request: ParsedRequest, table: Table, schema: Schema, name: string): ServiceResponse {
  const members = toEntityMetadata(table, schema)
  if (!Object.hasOwn(members, name)) throw segmentNotFound(name)
  const context = `${request.serviceRoot}/$metadata#EntityDefinitions('${table.logicalName}')/${name}`
  return jsonResponse(200, { '@odata.context': context, value: members[name] })
}

function readOnePart(
  table: Table,
  query: MetadataQuery,
  part: string,
  key: DefinitionKey,
): Record<string, unknown> {
  if (part === 'Keys') {
    const found = findPart(key, table.keys, 'an alternate key')
    return selectMembers(toKeyMetadata(found, table), query.select, 'EntityKeyMetadata')
  }
  if (part !== 'Attributes') throw segmentNotFound(`${part}${key.text}`)
  const column = findPart(key, table.columns, 'an attribute')
  return describeAttribute(toAttributeMetadata(column, table), query)
}

function readCast(
  request: ParsedRequest,
  table: Table,
  query: MetadataQuery,
  part: DefinitionSegment,
  cast: DefinitionSegment,
  path: string,
): ServiceResponse {
  if (part.name !== 'Attributes' || !cast.name.startsWith(castPrefix)) throw segmentNotFound(cast.name)
  const typeName = cast.name.slice(castPrefix.length)
  if (!/^[A-Z]\w*AttributeMetadata$/.test(typeName) || typeName === 'EnumAttributeMetadata') {
    throw unknownProperty(cast.name, 'AttributeMetadata')
  }
  const context = contextOf(request, `${path}/${cast.name}`, query)
  const { filter } = query
  const columns = part.key === undefined ? table.columns : [findPart(part.key, table.columns, 'an attribute')]
  const attributes = columns
    .map((column) => toAttributeMetadata(column, table))
    .filter((attribute) => attribute.typeName === typeName)
    .filter((attribute) => filter?.({ ...attribute.base, ...attribute.own }) ?? true)
    .map((attribute) => describeCastAttribute(attribute, query))
  if (part.key === undefined) return jsonResponse(200, { '@odata.context': context, value: attributes })
  const [only] = attributes
  if (only === undefined) throw segmentNotFound(cast.name)
  return jsonResponse(200, { '@odata.context': `${context}/$entity`, ...only })
}

function contextOf(request: ParsedRequest, path: string, query: MetadataQuery): string {
  return `${request.serviceRoot}/$metadata#${path}${contextList(query)}`
}
