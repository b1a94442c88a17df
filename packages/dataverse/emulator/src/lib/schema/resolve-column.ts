import { deterministicId } from './deterministic-id.js'
import type { Column } from './table.js'
import type { ColumnDefinition, ColumnType } from './table-definition.js'

/** What a column is resolved against. */
export interface ColumnContext {
  readonly table: string
  readonly primaryIdColumn: string
  readonly primaryNameColumn: string | undefined
  readonly columnNumber: number
  readonly isSystem: boolean
  readonly baseOf?: string
}

/** Fills in the defaults of one column. */
export function resolveColumn(definition: ColumnDefinition, context: ColumnContext): Column {
  const { logicalName, type } = definition
  const isLookup = type === 'lookup' || type === 'customer' || type === 'owner'
  const readOnly =
    definition.composition !== undefined ||
    definition.repeatsPrimaryKey === true ||
    definition.tableOf !== undefined
  const isPrimaryId = logicalName === context.primaryIdColumn
  return {
    logicalName,
    schemaName: definition.schemaName ?? logicalName,
    displayName: definition.displayName ?? definition.schemaName ?? logicalName,
    type,
    wireName: isLookup ? `_${logicalName}_value` : logicalName,
    isLookup,
    required: definition.required ?? false,
    applicationRequired: definition.applicationRequired ?? false,
    maxLength: definition.maxLength ?? defaultMaxLength(type),
    precision: definition.precision ?? defaultPrecision(type),
    ...resolveRange(definition),
    options: definition.options ?? [],
    targets: definition.targets ?? [],
    dateTimeBehavior: type === 'datetime' ? (definition.dateTimeBehavior ?? 'UserLocal') : undefined,
    validForCreate: definition.validForCreate ?? !readOnly,
    validForUpdate: definition.validForUpdate ?? !(readOnly || isPrimaryId),
    defaultValue: definition.defaultValue,
    composition: definition.composition,
    repeatsPrimaryKey: definition.repeatsPrimaryKey ?? false,
    participationType: definition.participationType,
    autoNumberFormat: definition.autoNumberFormat,
    maxSizeInKB: definition.maxSizeInKB ?? defaultSizeInKB(type),
    canStoreFullImage: definition.canStoreFullImage ?? false,
    isPrimaryImage: definition.isPrimaryImage ?? false,
    attributeOf: definition.attributeOf,
    tableOf: definition.tableOf,
    isProperty: definition.isProperty ?? type !== 'partylist',
    isPrimaryId,
    isPrimaryName: logicalName === context.primaryNameColumn,
    baseOf: context.baseOf,
    isSystem: context.isSystem,
    columnNumber: context.columnNumber,
    metadataId: deterministicId(`column:${context.table}:${logicalName}`),
  }
}

function defaultMaxLength(type: ColumnType): number | undefined {
  if (type === 'string') return 100
  return type === 'memo' ? 2000 : undefined
}

function defaultSizeInKB(type: ColumnType): number | undefined {
  if (type === 'file') return 32_768
  return type === 'image' ? 10_240 : undefined
}

function defaultPrecision(type: ColumnType): number | undefined {
  return type === 'decimal' || type === 'money' || type === 'double' ? 2 : undefined
}

function resolveRange(definition: ColumnDefinition): Pick<Column, 'minValue' | 'maxValue'> {
  const [min, max] = defaultRange(definition.type)
  return { minValue: definition.minValue ?? min, maxValue: definition.maxValue ?? max }
}

function defaultRange(type: ColumnType): readonly [number | undefined, number | undefined] {
  switch (type) {
    case 'integer':
      return [-2_147_483_648, 2_147_483_647]
    case 'decimal':
    case 'double':
      return [-100_000_000_000, 100_000_000_000]
    case 'money':
      return [-922_337_203_685_477, 922_337_203_685_477]
    default:
      return [undefined, undefined]
  }
}
