/** The kinds of column that the emulator stores. */
export const columnTypes = [
  'uniqueidentifier',
  'string',
  'memo',
  'integer',
  'bigint',
  'decimal',
  'money',
  'double',
  'boolean',
  'picklist',
  'multiselectpicklist',
  'state',
  'status',
  'datetime',
  'lookup',
  'customer',
  'owner',
  'partylist',
  'entityname',
  'managedproperty',
  'file',
  'image',
] as const

export type ColumnType = (typeof columnTypes)[number]

export interface OptionDefinition {
  readonly value: number
  readonly label: string
  /** For options of a status column: the state they belong to. */
  readonly state?: number
  /** For options of a state column: the status that a row gets when only the state is set. */
  readonly defaultStatus?: number
  /** For options of a status column: the statuses that may follow it. Default: any. */
  readonly transitions?: readonly number[]
}

/** What the states of a table allow beyond pairs that fit. */
export interface StateRules {
  /** The state that new rows begin in. Default: the first option of the state column. */
  readonly initialState?: number
  /** States that only actions such as `WinOpportunity` lead to; updates are refused with `0x80100005`. Default: none. */
  readonly byActionOnly?: readonly number[]
  /**
   * Whether a row that is not in the initial state refuses updates of anything but its state, with `0x80040230`.
   * Default: `false`.
   */
  readonly inactiveReadOnly?: boolean
  /**
   * Whether one update cannot change both owner and state, as of the service's `sla` and `routingrule`. Which error it
   * answers with is not documented. Default: `false`.
   */
  readonly ownerApart?: boolean
}

/** One table that a lookup can point at, and what the relationship is called on both sides. */
export interface LookupTarget {
  /** Logical name of the table pointed at. */
  readonly table: string
  /** Single-valued navigation property on the table that holds the lookup; case-sensitive. */
  readonly navigationProperty: string
  /** Collection-valued navigation property on the table pointed at. */
  readonly collectionNavigationProperty: string
  /** Schema name of the relationship. Default: the collection navigation property. */
  readonly relationshipName?: string
  /** What happens to rows that point at a deleted row. Default: `remove-link`. */
  readonly onDelete?: 'cascade' | 'remove-link' | 'restrict' | 'no-cascade'
}

export interface ColumnDefinition {
  readonly logicalName: string
  /** Default: the logical name. */
  readonly schemaName?: string
  readonly displayName?: string
  readonly type: ColumnType
  /** Whether the service itself demands a value (required level `SystemRequired`). Default: `false`. */
  readonly required?: boolean
  /** Whether forms demand a value, though the Web API does not (`ApplicationRequired`). Default: `false`. */
  readonly applicationRequired?: boolean
  readonly maxLength?: number
  /** Digits after the point, for decimal and money. */
  readonly precision?: number
  readonly minValue?: number
  readonly maxValue?: number
  readonly options?: readonly OptionDefinition[]
  readonly targets?: readonly LookupTarget[]
  /** For datetime. Default: `UserLocal`. */
  readonly dateTimeBehavior?: 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent'
  /** Default: `true`. */
  readonly validForCreate?: boolean
  /** Default: `true`. */
  readonly validForUpdate?: boolean
  readonly defaultValue?: string | number | boolean
  /**
   * Text that the service composes from other columns of the row, such as `{firstname} {lastname}`. A line whose
   * columns are all empty is left out. A composed column is read-only.
   */
  readonly composition?: string
  /** Whether the column repeats the row's primary key, as `ownerid` of users and teams does. Default: `false`. */
  readonly repeatsPrimaryKey?: boolean
  /**
   * For text: how the service numbers new rows that say nothing of the column, such as
   * `WID-{SEQNUM:5}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMdd}`. Default: it does not.
   */
  readonly autoNumberFormat?: string
  /** For names of tables: the lookup whose table the column tells. */
  readonly tableOf?: string
  /**
   * Whether rows and `$metadata` have the column, which some stand in definitions without. Default: `true`, but for party
   * lists.
   */
  readonly isProperty?: boolean
  /** For files and images: the most that the column takes. Default: 32,768 for files, 10,240 for images. */
  readonly maxSizeInKB?: number
  /** For images: whether the image is kept beside its thumbnail. Default: `false`. */
  readonly canStoreFullImage?: boolean
  /** For images: whether the column is the one that new rows can bring. Default: `false`. */
  readonly isPrimaryImage?: boolean
  /** Logical name of the column that this one comes with. Default: none. */
  readonly attributeOf?: string
  /**
   * For a party list: the `participationtypemask` of its parties. Party lists stand in definitions only; rows tell of
   * their parties through `<table>_activity_parties`.
   */
  readonly participationType?: number
}

export type KeyIndexStatus = 'Pending' | 'InProgress' | 'Active' | 'Failed'

export interface KeyDefinition {
  readonly logicalName: string
  readonly schemaName?: string
  readonly displayName?: string
  /** Logical names of the key's columns. */
  readonly columns: readonly string[]
  /** Default: `Active`. */
  readonly indexStatus?: KeyIndexStatus
}

/** One side of a many-to-many relationship. */
export interface IntersectEnd {
  /** Logical name of the table. */
  readonly table: string
  /**
   * Collection-valued navigation property on that table, which leads to the rows of the other side; case-sensitive.
   * Default: the name of the relationship, on both sides.
   */
  readonly navigationProperty?: string
  /** Column of the intersect table that holds the primary keys of this side. Default: the table's name plus `id`. */
  readonly column?: string
}

/** The many-to-many relationship whose pairs an intersect table holds. */
export interface IntersectDefinition {
  /** Schema name of the relationship. Default: the schema name of the intersect table. */
  readonly relationshipName?: string
  readonly ends: readonly [IntersectEnd, IntersectEnd]
}

/** A table as a plain object: what the built-in tables are written in, and what callers pass for their own. */
export interface TableDefinition {
  readonly logicalName: string
  readonly schemaName?: string
  /** URL segment. Default: the logical name plus `s`. */
  readonly entitySetName?: string
  readonly displayName?: string
  /** Default: the display name plus `s`. */
  readonly displayCollectionName?: string
  /** Default: a number derived from the logical name, 10000 or more. */
  readonly objectTypeCode?: number
  /** Default: the logical name plus `id`; `activityid` for activities. */
  readonly primaryIdColumn?: string
  readonly primaryNameColumn?: string
  /** Default: `UserOwned`; adds ownerid, owningbusinessunit, owninguser, owningteam. */
  readonly ownership?: 'UserOwned' | 'OrganizationOwned' | 'BusinessOwned' | 'None'
  /** Whether the table is an activity such as task (primary key `activityid`). Default: `false`. */
  readonly isActivity?: boolean
  /**
   * Makes the table `activityparty`: its lookup `activityid` leads to every activity, its rows are written through
   * activities and read as lists only, and of the system columns it has `versionnumber` alone. Default: `false`.
   */
  readonly holdsParties?: boolean
  /**
   * Makes the table `fileattachment`: its lookup `objectid` leads to every table with file columns, its rows come and
   * go with files, and of the system columns it has `versionnumber` alone. Default: `false`.
   */
  readonly holdsFiles?: boolean
  readonly isCustom?: boolean
  /** Whether the table has no `statecode` and `statuscode`, such as users and notes. Default: `false`. */
  readonly stateless?: boolean
  /**
   * Whether the table is elastic: rows are told apart by `partitionid` too, and pages have 500 rows at most. Adds
   * `partitionid`, `ttlinseconds` and the key of both. Default: `false`.
   */
  readonly isElastic?: boolean
  /** Default: `false`, as for custom tables in Dataverse; `true` for intersect tables. */
  readonly changeTrackingEnabled?: boolean
  /** Default: `true`. */
  readonly canChangeTrackingBeEnabled?: boolean
  /** Default: `true`, but for intersect tables. */
  readonly optimisticConcurrencyEnabled?: boolean
  readonly stateRules?: StateRules
  /** Whether the table has `CreateMultiple`, `UpdateMultiple` and `UpsertMultiple`. Default: `true`, but for activities and intersect tables. */
  readonly supportsBulk?: boolean
  /**
   * Makes the table the intersect table of a many-to-many relationship: its rows are pairs, which only `$ref` and
   * `@odata.bind` write, and it has no columns, keys or owners of its own. Tracked when both of its sides are. Default:
   * none.
   */
  readonly intersect?: IntersectDefinition
  readonly columns: readonly ColumnDefinition[]
  readonly keys?: readonly KeyDefinition[]
}

/** What a lookup column holds. */
export interface LookupValue {
  readonly id: string
  /** Logical name of the table pointed at. */
  readonly table: string
}

/**
 * What a column holds in the store: text for strings, GUIDs, dates (`2026-03-25` or `2026-03-25T17:42:47Z`) and
 * multi-select choices (`1,9`); `bigint` for big integers; a {@link LookupValue} for lookups.
 */
export type ColumnValue = string | number | bigint | boolean | LookupValue | null

/** A row in the store, by logical column name. */
export type StoredRow = Readonly<Record<string, ColumnValue>>
