import { notEmulated } from '../http/service-error.js'
import { bodyMembers, invalidArgument, requiredText } from '../metadata/request-members.js'
import type { QueryEnvironment, RowFilter } from '../query/query-options.js'
import type { Schema } from '../schema/schema.js'
import type { Table } from '../schema/table.js'
import { type ColumnCondition, conditionFilter } from './column-condition.js'
import { type ConditionGroup, mapGroup, passesGroup } from './condition-group.js'

/** The rows that a query expression asks for. */
export interface QueriedRows {
  readonly table: Table
  readonly filter: RowFilter
}

/**
 * Understands the `QueryExpression` of an action's body: one table and its criteria. Every other member is refused by its
 * name, unless it is empty.
 *
 * Source: `$metadata`, complex types QueryExpression, FilterExpression, ConditionExpression, Object.
 *
 * @throws ServiceError 400 for what cannot be read, 501 for what the emulator lacks.
 */
export function parseQueryExpression(
  value: unknown,
  schema: Schema,
  environment: QueryEnvironment,
): QueriedRows {
  const query = bodyMembers(value)
  const type = query['@odata.type']
  if (typeof type === 'string' && !/^#?Microsoft\.Dynamics\.CRM\.QueryExpression$/.test(type)) {
    throw notEmulated(`queries of the type '${type}'`)
  }
  refuseOthers(query, 'QueryExpression', ['EntityName', 'ColumnSet', 'Criteria'])
  const name = requiredText(query, 'EntityName')
  const table = schema.byLogicalName(name)
  if (table === undefined) throw invalidArgument(`There is no table with the logical name '${name}'.`)
  const criteria = query.Criteria ?? undefined
  if (criteria === undefined) return { table, filter: () => true }
  const group = mapGroup(parseFilter(criteria), (condition) =>
    conditionFilter(condition, table, schema, environment),
  )
  return { table, filter: (row, related) => passesGroup(group, (test) => test(row, related)) }
}

/** What is not understood must not be overlooked: the query would mean other rows. */
function refuseOthers(
  members: Readonly<Record<string, unknown>>,
  type: string,
  known: readonly string[],
): void {
  for (const [name, value] of Object.entries(members)) {
    const isEmpty =
      value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0)
    if (known.includes(name) || name.startsWith('@') || isEmpty) continue
    throw notEmulated(`the member '${name}' of a ${type}`)
  }
}

function parseFilter(value: unknown): ConditionGroup<ColumnCondition> {
  const filter = bodyMembers(value)
  refuseOthers(filter, 'FilterExpression', ['FilterOperator', 'Conditions', 'Filters'])
  const operator = filter.FilterOperator ?? 'And'
  if (operator !== 'And' && operator !== 'Or') {
    throw invalidArgument(`'${String(operator)}' is not a FilterOperator: And or Or expected.`)
  }
  return {
    type: operator === 'And' ? 'and' : 'or',
    conditions: listOf(filter, 'Conditions').map(parseCondition),
    groups: listOf(filter, 'Filters').map(parseFilter),
  }
}

function listOf(members: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = members[name] ?? []
  if (!Array.isArray(value)) throw invalidArgument(`'${name}' must be a list.`)
  return value
}

function parseCondition(value: unknown): ColumnCondition {
  const condition = bodyMembers(value)
  refuseOthers(condition, 'ConditionExpression', ['AttributeName', 'Operator', 'Values'])
  return {
    attribute: requiredText(condition, 'AttributeName'),
    operator: operatorName(requiredText(condition, 'Operator')),
    values: listOf(condition, 'Values').map((each) => {
      const { Value: text } = bodyMembers(each)
      if (typeof text !== 'string') throw invalidArgument("A value of a condition has its 'Value' as text.")
      return text
    }),
  }
}

/** The operators whose names in FetchXML are not those of query expressions with hyphens. */
const otherNames: Readonly<Record<string, string>> = {
  Equal: 'eq',
  NotEqual: 'ne',
  GreaterThan: 'gt',
  GreaterEqual: 'ge',
  LessThan: 'lt',
  LessEqual: 'le',
  DoesNotBeginWith: 'not-begin-with',
  DoesNotEndWith: 'not-end-with',
  DoesNotContainValues: 'not-contain-values',
  Last7Days: 'last-seven-days',
  Next7Days: 'next-seven-days',
  OlderThanXDays: 'olderthan-x-days',
  OlderThanXHours: 'olderthan-x-hours',
  EqualUserId: 'eq-userid',
  NotEqualUserId: 'ne-userid',
  EqualBusinessId: 'eq-businessid',
  NotEqualBusinessId: 'ne-businessid',
}

function operatorName(name: string): string {
  if (Object.hasOwn(otherNames, name)) return otherNames[name] ?? name
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase()
}
