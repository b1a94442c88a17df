import type { ColumnCondition } from '../conditions/column-condition.js'
import type { ConditionGroup } from '../conditions/condition-group.js'

export type AggregateFunction = 'count' | 'countcolumn' | 'sum' | 'avg' | 'min' | 'max'

/** An `attribute` element. */
export interface FetchAttribute {
  readonly name: string
  readonly alias: string | undefined
  readonly aggregate: AggregateFunction | undefined
  readonly groupBy: boolean
  /** Whether `countcolumn` counts each value once. */
  readonly distinct: boolean
}

/** An `order` element: by a column, or by the alias of an aggregate or group. */
export interface FetchOrder {
  readonly attribute: string | undefined
  readonly alias: string | undefined
  readonly descending: boolean
}

/** A `condition` element; `entityName` is the alias of the linked table that it is about. */
export interface FetchCondition extends ColumnCondition {
  readonly entityName: string | undefined
}

/** An `entity` element, and what a `link-entity` has in common with it. */
export interface FetchEntity {
  readonly name: string
  /** `all` for `all-attributes`. */
  readonly attributes: readonly FetchAttribute[] | 'all'
  readonly orders: readonly FetchOrder[]
  readonly filter: ConditionGroup<FetchCondition>
  readonly links: readonly FetchLink[]
}

/** A `link-entity` element. */
export interface FetchLink extends FetchEntity {
  /** Column of the linked table. */
  readonly from: string
  /** Column of the table around it. */
  readonly to: string
  readonly outer: boolean
  readonly alias: string
}

/** A FetchXML text, understood but not yet tied to tables. */
export interface FetchQuery {
  readonly entity: FetchEntity
  readonly top: number | undefined
  readonly count: number | undefined
  /** From 1. */
  readonly page: number
  readonly pagingCookie: string | undefined
  readonly distinct: boolean
  readonly aggregate: boolean
  readonly aggregateLimit: number
  readonly returnTotalRecordCount: boolean
}
