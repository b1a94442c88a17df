import { notEmulated } from '../http/service-error.js'
import type { ColumnDefinition, ColumnType, OptionDefinition } from '../schema/table-definition.js'
import { labelText } from './label.js'
import { bodyMembers, invalidArgument, memberValue, optionalNumber, requiredText } from './request-members.js'

type Members = Readonly<Record<string, unknown>>

const columnTypes: Readonly<Record<string, ColumnType>> = {
  String: 'string',
  Memo: 'memo',
  Integer: 'integer',
  BigInt: 'bigint',
  Decimal: 'decimal',
  Money: 'money',
  Double: 'double',
  Boolean: 'boolean',
  Picklist: 'picklist',
  MultiSelectPicklist: 'multiselectpicklist',
  DateTime: 'datetime',
  UniqueIdentifier: 'uniqueidentifier',
  File: 'file',
  Image: 'image',
}

/** Makes a column from the attribute metadata in a request. */
export function columnFromAttribute(body: unknown): ColumnDefinition {
  const members = bodyMembers(body)
  const schemaName = requiredText(members, 'SchemaName')
  const type = columnType(members)
  const level = memberValue(members, 'RequiredLevel')
  const displayName = labelText(members.DisplayName)
  const behavior = memberValue(members, 'DateTimeBehavior')
  const options = parseOptions(members, type)
  return {
    logicalName: schemaName.toLowerCase(),
    schemaName,
    type,
    ...(displayName === undefined ? {} : { displayName }),
    ...(level === 'SystemRequired' ? { required: true } : {}),
    ...(level === 'ApplicationRequired' ? { applicationRequired: true } : {}),
    ...numbers(members),
    ...(options === undefined ? {} : { options }),
    ...(type === 'datetime' ? { dateTimeBehavior: dateTimeBehavior(behavior, members.Format) } : {}),
    ...fileMembers(members),
    ...(type === 'string' && typeof members.AutoNumberFormat === 'string' && members.AutoNumberFormat !== ''
      ? { autoNumberFormat: members.AutoNumberFormat }
      : {}),
    ...(typeof members.DefaultValue === 'boolean' ? { defaultValue: members.DefaultValue } : {}),
  }
}

function columnType(members: Members): ColumnType {
  const odataType = members['@odata.type']
  const typed = /(\w+)AttributeMetadata$/.exec(typeof odataType === 'string' ? odataType : '')?.[1]
  const name = typed?.replace(/^Complex/, '') ?? members.AttributeType
  if (typeof name !== 'string') throw invalidArgument("'@odata.type' must name the attribute's type.")
  const type = Object.hasOwn(columnTypes, name) ? columnTypes[name] : undefined
  if (type === undefined) throw notEmulated(`attributes of type ${name} in requests`)
  return type
}

function numbers(members: Members): Partial<ColumnDefinition> {
  const maxLength = optionalNumber(members, 'MaxLength')
  const precision = optionalNumber(members, 'Precision')
  const minValue = optionalNumber(members, 'MinValue')
  const maxValue = optionalNumber(members, 'MaxValue')
  return {
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(precision === undefined ? {} : { precision }),
    ...(minValue === undefined ? {} : { minValue }),
    ...(maxValue === undefined ? {} : { maxValue }),
  }
}

function fileMembers(members: Members): Partial<ColumnDefinition> {
  const maxSizeInKB = optionalNumber(members, 'MaxSizeInKB')
  return {
    ...(maxSizeInKB === undefined ? {} : { maxSizeInKB }),
    ...(members.CanStoreFullImage === true ? { canStoreFullImage: true } : {}),
    ...(members.IsPrimaryImage === true ? { isPrimaryImage: true } : {}),
  }
}

function dateTimeBehavior(
  behavior: unknown,
  format: unknown,
): 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent' {
  if (behavior === 'DateOnly' || behavior === 'TimeZoneIndependent' || behavior === 'UserLocal')
    return behavior
  return format === 'DateOnly' ? 'DateOnly' : 'UserLocal'
}

function parseOptions(members: Members, type: ColumnType): OptionDefinition[] | undefined {
  const set = members.OptionSet
  if (typeof set !== 'object' || set === null) {
    return type === 'boolean' ? [toOption({ Value: 0 }, 'No'), toOption({ Value: 1 }, 'Yes')] : undefined
  }
  const { Options, FalseOption, TrueOption } = set as Members
  if (type === 'boolean') return [toOption(FalseOption, 'No'), toOption(TrueOption, 'Yes')]
  return Array.isArray(Options) ? Options.map((option: unknown) => toOption(option, undefined)) : []
}

function toOption(option: unknown, fallback: string | undefined): OptionDefinition {
  const members = bodyMembers(option)
  const value = optionalNumber(members, 'Value')
  if (value === undefined) throw invalidArgument("An option's 'Value' must be a number.")
  return { value, label: labelText(members.Label) ?? fallback ?? String(value) }
}
