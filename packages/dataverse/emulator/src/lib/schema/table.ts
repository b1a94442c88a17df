import type {
  ColumnType,
  IntersectEnd,
  KeyIndexStatus,
  LookupTarget,
  OptionDefinition,
  TableDefinition,
} from './table-definition.js'

/** A column with every default filled in. */
export interface Column {
  readonly logicalName: string
  readonly schemaName: string
  readonly displayName: string
  readonly type: ColumnType
  /** The property's name in row JSON: `_x_value` for lookups, else the logical name. */
  readonly wireName: string
  /** Whether the column holds a reference (lookup, customer or owner). */
  readonly isLookup: boolean
  readonly required: boolean
  readonly applicationRequired: boolean
  readonly maxLength: number | undefined
  readonly precision: number | undefined
  readonly minValue: number | undefined
  readonly maxValue: number | undefined
  readonly options: readonly OptionDefinition[]
  readonly targets: readonly LookupTarget[]
  readonly dateTimeBehavior: 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent' | undefined
  readonly validForCreate: boolean
  readonly validForUpdate: boolean
  readonly defaultValue: string | number | boolean | undefined
  readonly composition: string | undefined
  readonly repeatsPrimaryKey: boolean
  readonly participationType: number | undefined
  readonly autoNumberFormat: string | undefined
  readonly tableOf: string | undefined
  readonly maxSizeInKB: number | undefined
  readonly canStoreFullImage: boolean
  readonly isPrimaryImage: boolean
  readonly attributeOf: string | undefined
  /** Whether rows and `$metadata` have the column; party lists stand in definitions only. */
  readonly isProperty: boolean
  readonly isPrimaryId: boolean
  readonly isPrimaryName: boolean
  /** For the base-currency companion of a money column: that column's logical name. */
  readonly baseOf: string | undefined
  /** Whether the emulator added the column because every table of this kind has it. */
  readonly isSystem: boolean
  readonly columnNumber: number
  readonly metadataId: string
}

/** An alternate key with every default filled in. */
export interface TableKey {
  readonly logicalName: string
  readonly schemaName: string
  readonly displayName: string
  readonly columns: readonly string[]
  readonly indexStatus: KeyIndexStatus
  readonly metadataId: string
}

/** A navigation property that leads to one row, through a lookup column of this table. */
export interface SingleNavigation {
  readonly kind: 'single'
  readonly name: string
  readonly column: Column
  /** Logical name of the table pointed at; the first of {@link targets}. */
  readonly target: string
  /** All tables that this one navigation property can lead to: more than one only for `ownerid`. */
  readonly targets: readonly string[]
}

/** A navigation property that leads to the rows of another table whose lookup points here. */
export interface CollectionNavigation {
  readonly kind: 'collection'
  readonly name: string
  /** Logical name of the table that holds the lookup. */
  readonly table: string
  /** The lookup column of that table. */
  readonly column: Column
  /** Logical name of the table that the navigation property belongs to. */
  readonly target: string
}

/** A navigation property that leads to the rows which an intersect table pairs with this one. */
export interface ManyToManyNavigation {
  readonly kind: 'many-to-many'
  readonly name: string
  /** Logical name of the table at the other side. */
  readonly table: string
  /** Logical name of the table that the navigation property belongs to. */
  readonly target: string
  /** The navigation property that leads back. */
  readonly partner: string
  /** Logical name of the table that holds the pairs. */
  readonly intersect: string
  /** Column of the pairs that holds the keys of this side. */
  readonly ownColumn: string
  /** Column of the pairs that holds the keys of the other side. */
  readonly otherColumn: string
}

/** A navigation property that leads to any number of rows. */
export type ManyNavigation = CollectionNavigation | ManyToManyNavigation

export type Navigation = SingleNavigation | ManyNavigation

/** The many-to-many relationship of an intersect table, with every default filled in. */
export interface Intersect {
  readonly relationshipName: string
  readonly ends: readonly [Required<IntersectEnd>, Required<IntersectEnd>]
}

/** A table with every default filled in, its system columns, and its place in the schema. */
export interface Table {
  readonly logicalName: string
  readonly schemaName: string
  readonly entitySetName: string
  readonly displayName: string
  readonly displayCollectionName: string
  readonly primaryIdColumn: string
  /** The column of that name. */
  readonly primaryKey: Column
  readonly primaryNameColumn: string | undefined
  readonly ownership: 'UserOwned' | 'OrganizationOwned' | 'BusinessOwned' | 'None'
  readonly isActivity: boolean
  /** Whether the rows are the parties of activities. */
  readonly holdsParties: boolean
  /** Whether the rows tell of files. */
  readonly holdsFiles: boolean
  readonly isCustom: boolean
  readonly isElastic: boolean
  readonly changeTrackingEnabled: boolean
  readonly canChangeTrackingBeEnabled: boolean
  readonly optimisticConcurrencyEnabled: boolean
  readonly metadataId: string
  readonly objectTypeCode: number
  readonly columns: readonly Column[]
  /** The columns that rows and `$metadata` have. */
  readonly properties: readonly Column[]
  /** The columns that are sent when none are asked for by name: all properties but images. */
  readonly usualProperties: readonly Column[]
  /** Columns that the service numbers. */
  readonly autoNumberColumns: readonly Column[]
  /** Columns that hold files and images. */
  readonly fileColumns: readonly Column[]
  readonly keys: readonly TableKey[]
  /** For an intersect table: the relationship that its rows are pairs of. */
  readonly intersect: Intersect | undefined
  /** What the table was made from. */
  readonly definition: TableDefinition
  column(logicalName: string): Column | undefined
  /** The column behind a property of row JSON: `name`, `_ownerid_value`. */
  readProperty(wireName: string): Column | undefined
  /** A navigation property by its case-sensitive name. */
  navigation(name: string): Navigation | undefined
  navigations(): readonly Navigation[]
}
