import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError } from '@deltaverse/contract'
import { listMember, type ObjectOfJson, readJsonObject, textMember } from './json-members.js'
import type {
  DetailedColumnKind,
  TableSource,
  WriterColumn,
  WriterColumnDetail,
  WriterColumnKind,
  WriterTable,
} from './table-port.js'

const definitionQuery = [
  '$select=LogicalName,EntitySetName,PrimaryIdAttribute',
  '$expand=Attributes($select=LogicalName,AttributeType,AttributeTypeName)' +
    ',Keys($select=LogicalName,KeyAttributes,EntityKeyIndexStatus)' +
    ',ManyToOneRelationships($select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName)',
].join('&')

const casts: Readonly<Record<DetailedColumnKind, readonly [type: string, columns: string]>> = {
  date: ['DateTime', 'DateTimeBehavior'],
  decimal: ['Decimal', 'Precision'],
  money: ['Money', 'Precision'],
  double: ['Double', 'Precision'],
}

/** Learns about tables from the service itself (Microsoft Learn: Query table definitions using the Web API). */
export function createServiceTableSource(client: Pick<DataverseClient, 'request'>): TableSource {
  async function get(path: string, call: CallOptions): Promise<ObjectOfJson> {
    const response = await client.request({ method: 'GET', path, buffered: true }, call)
    return readJsonObject(await response.json(), 'a table definition')
  }
  return {
    async table(entitySet, call = {}) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(entitySet)) {
        throw new TypeError(
          `entitySet must be a name such as 'products', received ${JSON.stringify(entitySet)}`,
        )
      }
      const found = await get(
        `EntityDefinitions?$select=LogicalName&$filter=EntitySetName eq '${entitySet}'`,
        call,
      )
      const [table] = listMember(found, 'value')
      if (table === undefined) {
        throw new DataverseError(
          `There is no table with the entity set '${entitySet}'. Give the plural name that stands in URLs, such as 'products'.`,
          { code: 'not-found' },
        )
      }
      const name = textMember(table, 'LogicalName')
      return parseWriterTable(await get(`EntityDefinitions(LogicalName='${name}')?${definitionQuery}`, call))
    },
    async details(logicalName, kind, call = {}) {
      const [type, column] = casts[kind]
      const path = `EntityDefinitions(LogicalName='${logicalName}')/Attributes/Microsoft.Dynamics.CRM.${type}AttributeMetadata?$select=LogicalName,${column}`
      const body = await get(path, call)
      return new Map(
        listMember(body, 'value').map((each) => [textMember(each, 'LogicalName'), parseDetail(each)]),
      )
    },
  }
}

function parseDetail(attribute: ObjectOfJson): WriterColumnDetail {
  const behavior = attribute.DateTimeBehavior
  const value =
    typeof behavior === 'object' && behavior !== null ? (behavior as ObjectOfJson).Value : undefined
  return {
    ...(typeof attribute.Precision === 'number' ? { precision: attribute.Precision } : {}),
    ...(value === undefined
      ? {}
      : { dateBehavior: value === 'DateOnly' || value === 'TimeZoneIndependent' ? value : 'UserLocal' }),
  }
}

function parseWriterTable(definition: ObjectOfJson): WriterTable {
  const targets = readTargets(definition)
  const columns = listMember(definition, 'Attributes').map((attribute): WriterColumn => {
    const logicalName = textMember(attribute, 'LogicalName')
    return { logicalName, kind: kindOf(attribute), targets: targets.get(logicalName) ?? [] }
  })
  return {
    logicalName: textMember(definition, 'LogicalName'),
    entitySetName: textMember(definition, 'EntitySetName'),
    primaryIdColumn: textMember(definition, 'PrimaryIdAttribute'),
    columns: new Map(columns.map((column) => [column.logicalName, column])),
    keys: listMember(definition, 'Keys').map((key) => ({
      logicalName: textMember(key, 'LogicalName'),
      columns: Array.isArray(key.KeyAttributes)
        ? key.KeyAttributes.filter((each) => typeof each === 'string')
        : [],
      indexStatus: String(key.EntityKeyIndexStatus),
    })),
  }
}

function readTargets(
  definition: ObjectOfJson,
): Map<string, { readonly table: string; readonly navigationProperty: string }[]> {
  const targets = new Map<string, { readonly table: string; readonly navigationProperty: string }[]>()
  for (const relationship of listMember(definition, 'ManyToOneRelationships')) {
    const column = textMember(relationship, 'ReferencingAttribute')
    const list = targets.get(column) ?? []
    list.push({
      table: textMember(relationship, 'ReferencedEntity'),
      navigationProperty: textMember(relationship, 'ReferencingEntityNavigationPropertyName'),
    })
    targets.set(column, list)
  }
  return targets
}

const kinds: Readonly<Record<string, WriterColumnKind>> = {
  String: 'text',
  Memo: 'text',
  Integer: 'whole-number',
  BigInt: 'big-integer',
  Decimal: 'decimal',
  Money: 'money',
  Double: 'double',
  Boolean: 'boolean',
  Picklist: 'choice',
  State: 'state',
  Status: 'status',
  DateTime: 'date',
  Lookup: 'lookup',
  Customer: 'lookup',
  Owner: 'owner',
  Uniqueidentifier: 'guid',
  MultiSelectPicklistType: 'choices',
  ImageType: 'image',
  FileType: 'file',
}

// Multi-select, image and file columns are `Virtual` by type and told apart by the name of the type.
function kindOf({ AttributeType: type, AttributeTypeName: typeName }: ObjectOfJson): WriterColumnKind {
  const name =
    typeof typeName === 'object' && typeName !== null ? (typeName as ObjectOfJson).Value : undefined
  return kinds[String(name)] ?? kinds[String(type)] ?? 'other'
}
