import type { Column, Table } from '../schema/table.js'
import type { ColumnType } from '../schema/table-definition.js'
import { definedInitialState } from '../writing/initial-state.js'
import { createLabel } from './label.js'
import { managed } from './managed-property.js'
import { toOptionSetMetadata } from './option-set-metadata.js'

/** A column's metadata, its members grouped by the type that declares them. */
export interface AttributeMetadata {
  /** `StringAttributeMetadata` and so on. */
  readonly typeName: string
  /** The members that every attribute has. */
  readonly base: Readonly<Record<string, unknown>>
  /** The members of the attribute's own type. */
  readonly own: Readonly<Record<string, unknown>>
  /** What `$expand` can bring in after a cast. */
  readonly expandable: Readonly<Record<string, () => unknown>>
}

interface TypeNames {
  readonly attributeType: string
  readonly typeName: string
  /** `AttributeTypeName.Value`, which tells apart what `AttributeType` calls Virtual. */
  readonly displayName: string
}

const names = (attributeType: string, typeName = attributeType, displayName = attributeType): TypeNames => ({
  attributeType,
  typeName: `${typeName}AttributeMetadata`,
  displayName: `${displayName}Type`,
})

const typeNames: Readonly<Record<ColumnType, TypeNames>> = {
  uniqueidentifier: names('Uniqueidentifier', 'UniqueIdentifier'),
  string: names('String'),
  memo: names('Memo'),
  integer: names('Integer'),
  bigint: names('BigInt'),
  decimal: names('Decimal'),
  money: names('Money'),
  double: names('Double'),
  boolean: names('Boolean'),
  picklist: names('Picklist'),
  multiselectpicklist: names('Virtual', 'MultiSelectPicklist', 'MultiSelectPicklist'),
  state: names('State'),
  status: names('Status'),
  datetime: names('DateTime'),
  lookup: names('Lookup'),
  customer: names('Customer', 'Lookup', 'Customer'),
  owner: names('Owner', 'Lookup', 'Owner'),
  file: names('Virtual', 'File', 'File'),
  image: names('Virtual', 'Image', 'Image'),
  entityname: names('EntityName'),
  managedproperty: names('ManagedProperty'),
  partylist: names('PartyList', 'Lookup', 'PartyList'),
}

/** The metadata of a column, as the service describes it. */
export function toAttributeMetadata(column: Column, table: Table): AttributeMetadata {
  const { typeName } = typeNames[column.type]
  return {
    typeName,
    base: baseMembers(column, table),
    own: ownMembers(column, table),
    expandable: expandableMembers(column, table),
  }
}

function baseMembers(column: Column, table: Table): Record<string, unknown> {
  const { attributeType, displayName } = typeNames[column.type]
  const isManaged = !table.isCustom
  const isLogical = /^address\d_/.test(column.logicalName)
  return {
    MetadataId: column.metadataId,
    HasChanged: null,
    AttributeOf: column.attributeOf ?? null,
    AttributeType: attributeType,
    AttributeTypeName: { Value: displayName },
    ColumnNumber: column.columnNumber,
    Description: createLabel(undefined, column.metadataId, isManaged),
    DisplayName: createLabel(column.displayName, column.metadataId, isManaged),
    DeprecatedVersion: null,
    IntroducedVersion: null,
    EntityLogicalName: table.logicalName,
    IsAuditEnabled: managed(true, 'canmodifyauditsettings'),
    IsCustomAttribute: table.isCustom && !column.isSystem,
    IsPrimaryId: column.isPrimaryId,
    IsValidODataAttribute: column.isProperty,
    IsPrimaryName: column.isPrimaryName,
    IsValidForCreate: column.validForCreate,
    IsValidForRead: true,
    IsValidForUpdate: column.validForUpdate,
    CanBeSecuredForRead: false,
    CanBeSecuredForCreate: false,
    CanBeSecuredForUpdate: false,
    IsSecured: false,
    IsRetrievable: true,
    IsFilterable: true,
    IsSearchable: false,
    IsManaged: isManaged,
    LogicalName: column.logicalName,
    IsCustomizable: managed(true, 'iscustomizable'),
    IsRenameable: managed(true, 'isrenameable'),
    IsValidForAdvancedFind: managed(true, 'canmodifysearchsettings'),
    IsRequiredForForm: column.required || column.applicationRequired,
    RequiredLevel: managed(
      column.required ? 'SystemRequired' : column.applicationRequired ? 'ApplicationRequired' : 'None',
      'canmodifyrequirementlevelsettings',
      !column.required,
    ),
    CanModifyAdditionalSettings: managed(true, 'canmodifyadditionalsettings'),
    SchemaName: column.schemaName,
    ExternalName: null,
    IsLogical: isLogical || (column.attributeOf !== undefined && column.type !== 'entityname'),
    IsDataSourceSecret: false,
    InheritsFrom: null,
    SourceType: column.isLookup || column.isPrimaryId || !column.isProperty ? null : 0,
    AutoNumberFormat: column.autoNumberFormat ?? (column.type === 'string' ? '' : null),
  }
}

function ownMembers(column: Column, table: Table): Record<string, unknown> {
  const range = { MaxValue: column.maxValue ?? null, MinValue: column.minValue ?? null }
  switch (column.type) {
    case 'string':
      return {
        Format: 'Text',
        FormatName: { Value: 'Text' },
        ImeMode: 'Auto',
        MaxLength: column.maxLength,
        YomiOf: null,
        IsLocalizable: false,
        DatabaseLength: (column.maxLength ?? 0) * 2,
      }
    case 'memo':
      return { Format: 'TextArea', ImeMode: 'Auto', MaxLength: column.maxLength, IsLocalizable: false }
    case 'integer':
      return { Format: 'None', ...range }
    case 'bigint':
      return range
    case 'decimal':
    case 'double':
      return { ...range, Precision: column.precision, ImeMode: 'Disabled' }
    case 'money':
      return {
        ImeMode: 'Disabled',
        ...range,
        Precision: column.precision,
        PrecisionSource: 2,
        CalculationOf: column.baseOf ?? null,
        IsBaseCurrency: column.baseOf !== undefined,
      }
    case 'boolean':
      return { DefaultValue: column.defaultValue === true }
    case 'picklist':
    case 'multiselectpicklist':
    case 'status':
      return { DefaultFormValue: typeof column.defaultValue === 'number' ? column.defaultValue : -1 }
    case 'state':
      return { DefaultFormValue: definedInitialState(table) ?? -1 }
    case 'datetime':
      return {
        Format: column.dateTimeBehavior === 'DateOnly' ? 'DateOnly' : 'DateAndTime',
        ImeMode: 'Inactive',
        DateTimeBehavior: { Value: column.dateTimeBehavior },
        CanChangeDateTimeBehavior: managed(false, 'canchangedatetimebehavior', false),
      }
    case 'lookup':
    case 'customer':
    case 'owner':
    case 'partylist':
      return { Targets: [...new Set(column.targets.map((target) => target.table))], Format: 'None' }
    case 'file':
      return { MaxSizeInKB: column.maxSizeInKB }
    case 'image':
      return {
        IsPrimaryImage: column.isPrimaryImage,
        CanStoreFullImage: column.canStoreFullImage,
        MaxHeight: 144,
        MaxWidth: 144,
        MaxSizeInKB: column.maxSizeInKB,
      }
    case 'entityname':
    case 'uniqueidentifier':
      return {}
    case 'managedproperty':
      return { ManagedPropertyLogicalName: column.logicalName, ValueAttributeTypeCode: 'Boolean' }
  }
}

function expandableMembers(column: Column, table: Table): Record<string, () => unknown> {
  const hasOptions = ['boolean', 'picklist', 'multiselectpicklist', 'state', 'status'].includes(column.type)
  if (!hasOptions) return {}
  return { OptionSet: () => toOptionSetMetadata(column, table), GlobalOptionSet: () => null }
}
