import type { ColumnDefinition, ColumnType, LookupTarget, OptionDefinition } from './table-definition.js'

/** What the builders leave to be said: everything but the name and the type. */
export type ColumnExtras = Partial<Omit<ColumnDefinition, 'logicalName' | 'schemaName' | 'type'>>

/** A column; the logical name is the schema name in lower case. */
function column(schemaName: string, type: ColumnType, extras: ColumnExtras): ColumnDefinition {
  return { logicalName: schemaName.toLowerCase(), schemaName, type, ...extras }
}

/** One line of text. */
export function text(schemaName: string, maxLength: number, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'string', { maxLength, ...extras })
}

/** Several lines of text. */
export function memo(schemaName: string, maxLength: number, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'memo', { maxLength, ...extras })
}

/** A whole number from `minValue` to `maxValue`. */
export function integer(
  schemaName: string,
  minValue: number,
  maxValue: number,
  extras: ColumnExtras = {},
): ColumnDefinition {
  return column(schemaName, 'integer', { minValue, maxValue, ...extras })
}

/** A whole number of 64 bits. */
export function bigint(schemaName: string, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'bigint', extras)
}

/** The primary image of a table, as the stock tables have it. */
export function entityImage(displayName = 'Entity Image'): ColumnDefinition {
  return column('EntityImage', 'image', { displayName, isPrimaryImage: true })
}

/** A decimal number with `precision` digits after the point. */
export function decimal(schemaName: string, precision: number, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'decimal', { precision, ...extras })
}

/** A floating-point number. */
export function double(schemaName: string, precision: number, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'double', { precision, ...extras })
}

/** An amount; its base-currency companion and the currency lookup come with it. */
export function money(schemaName: string, precision: number, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'money', { precision, ...extras })
}

/** A yes/no column with the labels of its two values. */
export function yesNo(
  schemaName: string,
  defaultValue: boolean,
  extras: ColumnExtras = {},
  [no, yes]: readonly [string, string] = ['No', 'Yes'],
): ColumnDefinition {
  const options = [
    { value: 0, label: no },
    { value: 1, label: yes },
  ]
  return column(schemaName, 'boolean', { defaultValue, options, ...extras })
}

/** Options as `{ 1: 'Label' }`. */
export type Labels = Readonly<Record<number, string>>

/** A choice column. */
export function choice(schemaName: string, labels: Labels, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'picklist', { options: toOptions(labels), ...extras })
}

function toOptions(labels: Labels): OptionDefinition[] {
  return Object.entries(labels).map(([value, label]) => ({ value: Number(value), label }))
}

/** A date and time, `UserLocal` unless said otherwise. */
export function dateTime(schemaName: string, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'datetime', extras)
}

/** A date without a time. */
export function dateOnly(schemaName: string, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'datetime', { dateTimeBehavior: 'DateOnly', ...extras })
}

/** A GUID that is not a reference. */
export function guid(schemaName: string, extras: ColumnExtras = {}): ColumnDefinition {
  return column(schemaName, 'uniqueidentifier', extras)
}

/** One state, its default status and all its statuses: `[0, 'Active', 1, { 1: 'Active' }]`. */
export type StateLine = readonly [value: number, label: string, defaultStatus: number, statuses: Labels]

/** The `statecode` and `statuscode` columns of a table. */
export function states(
  lines: readonly StateLine[],
  schemaNames: readonly string[] = ['StateCode', 'StatusCode'],
): ColumnDefinition[] {
  const [state = 'StateCode', status = 'StatusCode'] = schemaNames
  return [
    column(state, 'state', {
      displayName: 'Status',
      required: true,
      validForCreate: false,
      options: lines.map(([value, label, defaultStatus]) => ({ value, label, defaultStatus })),
    }),
    column(status, 'status', {
      displayName: 'Status Reason',
      options: lines.flatMap(([state, , , statuses]) =>
        toOptions(statuses).map((option) => ({ ...option, state })),
      ),
    }),
  ]
}

/** What a lookup needs besides its table: the collection side's name, and where it differs from the column's name its own. */
export interface LookupExtras extends ColumnExtras {
  readonly onDelete?: 'cascade' | 'remove-link' | 'restrict' | 'no-cascade'
  /** Default: the column's logical name. */
  readonly navigationProperty?: string
  readonly relationshipName?: string
}

/** A lookup at one table. */
export function lookup(
  schemaName: string,
  table: string,
  collectionNavigationProperty: string,
  extras: LookupExtras = {},
): ColumnDefinition {
  const { onDelete, navigationProperty, relationshipName, ...rest } = extras
  const target: LookupTarget = {
    table,
    navigationProperty: navigationProperty ?? schemaName.toLowerCase(),
    collectionNavigationProperty,
    ...(onDelete === undefined ? {} : { onDelete }),
    ...(relationshipName === undefined ? {} : { relationshipName }),
  }
  return column(schemaName, 'lookup', { targets: [target], ...rest })
}

/** The name of the table that a lookup points at; most stand in definitions only. */
export function entityName(schemaName: string, lookupName: string, isProperty = false): ColumnDefinition {
  return column(schemaName, 'entityname', {
    tableOf: lookupName,
    attributeOf: lookupName,
    isProperty,
    maxLength: 4000,
  })
}

/** The parties of an activity that take part in one way; in definitions only. */
export function partyList(
  schemaName: string,
  participationType: number,
  displayName: string,
): ColumnDefinition {
  return column(schemaName, 'partylist', { participationType, displayName })
}

/** One target as `[table, navigation property, collection navigation property, on delete]`. */
export type TargetLine = readonly [
  table: string,
  navigationProperty: string,
  collectionNavigationProperty: string,
  onDelete?: 'cascade' | 'remove-link' | 'restrict' | 'no-cascade',
]

/** A lookup at one of several tables; `customer` when the tables are account and contact. */
export function polymorphic(
  schemaName: string,
  targets: readonly TargetLine[],
  extras: ColumnExtras & { readonly type?: 'lookup' | 'customer' } = {},
): ColumnDefinition {
  const { type = 'lookup', ...rest } = extras
  return column(schemaName, type, {
    targets: targets.map(([table, navigationProperty, collectionNavigationProperty, onDelete]) => ({
      table,
      navigationProperty,
      collectionNavigationProperty,
      ...(onDelete === undefined ? {} : { onDelete }),
    })),
    ...rest,
  })
}
