import { create } from 'xmlbuilder2'
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js'
import { edmTypeOf } from '../query/comparable-value.js'
import type { Schema } from '../schema/schema.js'
import type { Column, ManyNavigation, Navigation, Table } from '../schema/table.js'
import { addOperationImports, addOperations } from './csdl-operations.js'

const edm = 'http://docs.oasis-open.org/odata/ns/edm'
const edmx = 'http://docs.oasis-open.org/odata/ns/edmx'
const keysVocabulary = 'OData.Community.Keys.V1'
/** Tables whose type derives from `principal`, which has their key. */
const principals = new Set(['systemuser', 'team'])

/** What a CSDL document carries. */
export interface CsdlOptions {
  /** Whether entity sets tell of change tracking, and properties of being computed or read-only. */
  readonly annotations: boolean
}

/** The `$metadata` document: CSDL 4.0 as XML. */
export function formatCsdl(schema: Schema, { annotations }: CsdlOptions): string {
  const root = create({ version: '1.0', encoding: 'utf-8' }).ele(edmx, 'edmx:Edmx', { Version: '4.0' })
  addReference(root, keysVocabulary, 'Keys')
  addReference(root, 'OData.Community.Display.V1', 'Display')
  if (annotations) {
    addReference(root, 'Org.OData.Core.V1', 'Core')
    addReference(root, 'Org.OData.Capabilities.V1', 'Capabilities')
  }
  const types = root
    .ele(edmx, 'edmx:DataServices')
    .ele(edm, 'Schema', { Namespace: 'Microsoft.Dynamics.CRM', Alias: 'mscrm' })
  addBaseTypes(types)
  for (const table of schema.tables()) addEntityType(types, table, schema, annotations)
  addOperations(types)
  const container = types.ele('EntityContainer', { Name: 'System' })
  for (const table of schema.tables()) addEntitySet(container, table, schema, annotations)
  addOperationImports(container)
  return root.end({ prettyPrint: true })
}

function addReference(root: XMLBuilder, namespace: string, alias: string): void {
  const reference = root.ele(edmx, 'edmx:Reference', {
    Uri: `http://vocabularies.odata.org/${namespace}.xml`,
  })
  reference.ele(edmx, 'edmx:Include', { Namespace: namespace, Alias: alias })
  reference.ele(edmx, 'edmx:IncludeAnnotations', { TermNamespace: namespace })
}

function addBaseTypes(types: XMLBuilder): void {
  types.ele('EntityType', { Name: 'crmbaseentity', Abstract: 'true' })
  addAbstractType(types, 'principal', 'ownerid')
  addAbstractType(types, 'activitypointer', 'activityid')
}

function addAbstractType(types: XMLBuilder, name: string, key: string): void {
  const type = types.ele('EntityType', { Name: name, BaseType: 'mscrm.crmbaseentity', Abstract: 'true' })
  type.ele('Key').ele('PropertyRef', { Name: key })
  type.ele('Property', { Name: key, Type: 'Edm.Guid' })
}

// What a derived type inherits is not declared again.
function baseTypeOf(table: Table): { readonly name: string; readonly key: string | undefined } {
  if (principals.has(table.logicalName)) return { name: 'principal', key: 'ownerid' }
  if (table.isActivity) return { name: 'activitypointer', key: 'activityid' }
  return { name: 'crmbaseentity', key: undefined }
}

function addEntityType(types: XMLBuilder, table: Table, schema: Schema, annotations: boolean): void {
  const base = baseTypeOf(table)
  const type = types.ele('EntityType', { Name: table.logicalName, BaseType: `mscrm.${base.name}` })
  if (base.key === undefined) type.ele('Key').ele('PropertyRef', { Name: table.primaryIdColumn })
  for (const column of table.properties) {
    if (column.logicalName !== base.key) addProperty(type, column, annotations)
  }
  for (const navigation of table.navigations()) addNavigationProperty(type, table, navigation, schema)
  addAlternateKeys(type, table)
}

function addProperty(type: XMLBuilder, column: Column, annotations: boolean): void {
  const edmType = edmTypeOf(column)
  const property = type.ele('Property', {
    Name: column.wireName,
    Type: edmType,
    ...(edmType === 'Edm.String' ? { Unicode: 'false' } : {}),
    ...(edmType === 'Edm.Decimal' ? { Scale: 'Variable' } : {}),
  })
  if (!annotations) return
  if (column.isLookup) {
    property.ele('Annotation', { Term: 'Org.OData.Core.V1.Computed', Bool: 'true' })
  } else if (!column.validForCreate && !column.validForUpdate) {
    property
      .ele('Annotation', { Term: 'Org.OData.Core.V1.Permissions' })
      .ele('EnumMember')
      .txt('Org.OData.Core.V1.PermissionType/Read')
  }
}

function addNavigationProperty(type: XMLBuilder, table: Table, navigation: Navigation, schema: Schema): void {
  if (navigation.kind !== 'single') {
    const partner = partnerOf(navigation, table)
    type.ele('NavigationProperty', {
      Name: navigation.name,
      Type: `Collection(mscrm.${navigation.table})`,
      ...(partner === undefined ? {} : { Partner: partner }),
    })
    return
  }
  const several = navigation.targets.length > 1
  const partner = navigation.column.targets.find((target) => target.navigationProperty === navigation.name)
  const element = type.ele('NavigationProperty', {
    Name: navigation.name,
    Type: `mscrm.${several ? 'principal' : navigation.target}`,
    Nullable: 'false',
    ...(partner === undefined || several ? {} : { Partner: partner.collectionNavigationProperty }),
  })
  element.ele('ReferentialConstraint', {
    Property: navigation.column.wireName,
    ReferencedProperty: several
      ? 'ownerid'
      : (schema.byLogicalName(navigation.target)?.primaryIdColumn ?? `${navigation.target}id`),
  })
}

function partnerOf(navigation: ManyNavigation, table: Table): string | undefined {
  if (navigation.kind === 'many-to-many') return navigation.partner
  return navigation.column.targets.find((target) => target.table === table.logicalName)?.navigationProperty
}

function addAlternateKeys(type: XMLBuilder, table: Table): void {
  const keys = table.keys.filter((key) => key.indexStatus === 'Active')
  if (keys.length === 0) return
  const list = type.ele('Annotation', { Term: `${keysVocabulary}.AlternateKeys` }).ele('Collection')
  for (const key of keys) {
    const parts = list
      .ele('Record', { Type: `${keysVocabulary}.AlternateKey` })
      .ele('PropertyValue', { Property: 'Key' })
      .ele('Collection')
    for (const name of key.columns) {
      const property = table.column(name)?.wireName ?? name
      const part = parts.ele('Record', { Type: `${keysVocabulary}.PropertyRef` })
      part.ele('PropertyValue', { Property: 'Alias', String: property })
      part.ele('PropertyValue', { Property: 'Name', PropertyPath: property })
    }
  }
}

function addEntitySet(container: XMLBuilder, table: Table, schema: Schema, annotations: boolean): void {
  const set = container.ele('EntitySet', {
    Name: table.entitySetName,
    EntityType: `Microsoft.Dynamics.CRM.${table.logicalName}`,
  })
  for (const navigation of table.navigations()) {
    if (navigation.kind === 'single' && navigation.targets.length > 1) continue
    const target = navigation.kind === 'single' ? navigation.target : navigation.table
    const other = schema.byLogicalName(target)
    if (other === undefined) continue
    set.ele('NavigationPropertyBinding', { Path: navigation.name, Target: other.entitySetName })
  }
  if (annotations && table.changeTrackingEnabled) {
    set
      .ele('Annotation', { Term: 'Org.OData.Capabilities.V1.ChangeTracking' })
      .ele('Record')
      .ele('PropertyValue', { Property: 'Supported', Bool: 'true' })
  }
}
