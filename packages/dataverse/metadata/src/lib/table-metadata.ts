/**
 * What a column is, in one word. `entity-name` holds the logical name of a table, such as the one that a note belongs to; `other`
 * covers what no row can be written with, such as party lists.
 *
 * Source: `AttributeTypeCode` and `AttributeTypeName` of Microsoft Learn: Query table definitions using the Web API.
 */
export type ColumnKind =
  | 'text'
  | 'whole-number'
  | 'big-integer'
  | 'decimal'
  | 'money'
  | 'double'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'state'
  | 'status'
  | 'date'
  | 'lookup'
  | 'owner'
  | 'guid'
  | 'image'
  | 'file'
  | 'entity-name'
  | 'managed-property'
  | 'other'

/** One way in which a lookup can be bound. */
export interface LookupTarget {
  /** Logical name of the table pointed at. */
  readonly table: string
  /** Name for `@odata.bind`; case-sensitive. */
  readonly navigationProperty: string
}

/** One column of a table. */
export interface ColumnMetadata {
  readonly logicalName: string
  readonly kind: ColumnKind
  readonly isPrimaryId: boolean
  readonly validForCreate: boolean
  readonly validForUpdate: boolean
  /**
   * By what format the service makes a number for a new row that says nothing of this column: `WID-{SEQNUM:5}`; absent where it makes
   * none. Null in the row counts as a word on it (Microsoft Learn: Create autonumber columns; seen in the field).
   */
  readonly autoNumberFormat?: string
  /** Column that this one belongs to, such as the lookup whose name it shows. */
  readonly attributeOf: string | undefined
  /** Tables that a lookup can point at, each with its navigation property; empty for other columns. */
  readonly targets: readonly LookupTarget[]
}

/**
 * How far the index of a key is built. Until `Active` the key neither enforces nor finds anything (Microsoft Learn: Define
 * alternate keys for a table).
 */
export type KeyIndexStatus = 'Pending' | 'InProgress' | 'Active' | 'Failed'

/** An alternate key as the service defines it. */
export interface KeyMetadata {
  readonly metadataId: string
  readonly logicalName: string
  readonly schemaName: string
  /** Logical names of the key's columns. */
  readonly columns: readonly string[]
  readonly indexStatus: KeyIndexStatus
}

/** One table's definition, as far as keys, references and rows need it. */
export interface TableMetadata {
  readonly logicalName: string
  /** URL segment: `accounts`. */
  readonly entitySetName: string
  readonly primaryIdColumn: string
  readonly primaryNameColumn: string | undefined
  /** By logical name. */
  readonly columns: ReadonlyMap<string, ColumnMetadata>
  readonly keys: readonly KeyMetadata[]
}

/** A text in one language. */
export interface LocalizedLabel {
  readonly label: string
  /** Windows language code: 1033 is English (United States). */
  readonly languageCode: number
  /** Whether it is in the language of the caller. */
  readonly isUserLanguage: boolean
}

/** One option of a choice, state, status or yes/no column. */
export interface ChoiceOption {
  readonly value: number
  /** Label in the language of the caller. */
  readonly label: string
  /** Labels in all languages of the environment. */
  readonly labels: readonly string[]
  /** The same with their languages; the caller's own first. */
  readonly localizedLabels?: readonly LocalizedLabel[]
  /** For status options: the state that they belong to. */
  readonly state?: number
  /** For state options: the status that a row gets when only the state is set. */
  readonly defaultStatus?: number
}

/** How a date column is stored (Microsoft Learn: Behavior and format of the date and time column). */
export type DateBehavior = 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent'

/** What only the typed definition of a column tells. */
export interface ColumnDetail {
  /** Options of choice, state, status and yes/no columns. */
  readonly options?: readonly ChoiceOption[]
  /** The value of a state column that rows begin with. */
  readonly defaultValue?: number
  readonly dateBehavior?: DateBehavior
  /** Digits after the point of decimal, money and double columns. */
  readonly precision?: number
  /** Most that a file or image may have, in KB of 1,024 bytes. */
  readonly maxSizeInKB?: number
  /** Whether an image column keeps images in full size, and not as thumbnails only. */
  readonly canStoreFullImage?: boolean
}

/** The kinds of column that have details. */
export type DetailedKind =
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'state'
  | 'status'
  | 'date'
  | 'decimal'
  | 'money'
  | 'double'
  | 'file'
  | 'image'
