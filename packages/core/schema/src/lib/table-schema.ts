import type { ColumnType } from './column-type.js'

/** One column of a table. */
export interface ColumnSchema {
  readonly name: string
  readonly type: ColumnType
  /** Whether the column can be empty. */
  readonly nullable: boolean
  /** Member of the rows that holds it, where that has another name. */
  readonly member?: string
  /** Whether rows may come without the member, as annotations do where there is nothing to annotate. Default: `false`. */
  readonly optional?: boolean
}

/** What a table is: it travels with its rows, so that whoever takes them knows how to keep them. */
export interface TableSchema {
  readonly name: string
  readonly columns: readonly ColumnSchema[]
  /** Names of the columns that tell rows apart; they stand among `columns`. */
  readonly primaryKey: readonly string[]
}

/** The member of the rows that holds a column. */
export function memberOf({ name, member = name }: Pick<ColumnSchema, 'name' | 'member'>): string {
  return member
}

/**
 * The columns that are not part of the primary key: what is left for whoever keeps the key by itself.
 */
export function columnsBesideKey({ columns, primaryKey }: TableSchema): readonly ColumnSchema[] {
  return columns.filter(({ name }) => !primaryKey.includes(name))
}
