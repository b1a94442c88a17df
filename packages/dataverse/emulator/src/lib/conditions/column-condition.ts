import { notEmulated, ServiceError } from '../http/service-error.js'
import { familyOf } from '../query/comparable-value.js'
import { compileFilter } from '../query/filter-compiler.js'
import type {
  Comparison,
  FilterExpression,
  LiteralOperand,
  TextFunction,
} from '../query/filter-expression.js'
import type { QueryEnvironment, RowFilter } from '../query/query-options.js'
import type { Schema } from '../schema/schema.js'
import type { Column, Table } from '../schema/table.js'

/** A condition on one column, as FetchXML and query expressions have them. */
export interface ColumnCondition {
  /** Logical name of the column. */
  readonly attribute: string
  /** In the words of FetchXML, such as `eq` or `last-x-days`. */
  readonly operator: string
  readonly values: readonly string[]
}

/**
 * Ties a condition to its table.
 *
 * Source: Microsoft Learn, "Condition operators" (FetchXML reference).
 *
 * @throws ServiceError 400 for an unknown column or a value of another type, 501 for an operator that the emulator lacks.
 */
export function conditionFilter(
  condition: ColumnCondition,
  table: Table,
  schema: Schema,
  environment: QueryEnvironment,
): RowFilter {
  const column = knownColumn(table, condition.attribute)
  return compileFilter(expressionOf(condition, column), table, schema, environment)
}

/** The column of a logical name, or 400 as queries by names of the schema are answered with. */
export function knownColumn(table: Table, logicalName: string): Column {
  const column = table.column(logicalName)
  if (column !== undefined) return column
  throw new ServiceError(
    400,
    '0x80041103',
    `'${table.logicalName}' entity doesn't contain attribute with Name = '${logicalName}' and NameMapping = 'Logical'.`,
  )
}

const comparisons: Readonly<Record<string, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  neq: 'ne',
  gt: 'gt',
  ge: 'ge',
  lt: 'lt',
  le: 'le',
}

const texts: Readonly<Record<string, TextFunction>> = {
  like: 'like',
  'begins-with': 'startswith',
  'ends-with': 'endswith',
}

const negatedTexts: Readonly<Record<string, TextFunction>> = {
  'not-like': 'like',
  'not-begin-with': 'startswith',
  'not-end-with': 'endswith',
}

/** Operators that are functions of `$filter`, and what these take. */
const functions: Readonly<Record<string, readonly [name: string, takes: 'nothing' | 'value' | 'list']>> = {
  in: ['In', 'list'],
  'not-in': ['NotIn', 'list'],
  between: ['Between', 'list'],
  'not-between': ['NotBetween', 'list'],
  'contain-values': ['ContainValues', 'list'],
  'not-contain-values': ['DoesNotContainValues', 'list'],
  today: ['Today', 'nothing'],
  yesterday: ['Yesterday', 'nothing'],
  tomorrow: ['Tomorrow', 'nothing'],
  'last-seven-days': ['Last7Days', 'nothing'],
  'next-seven-days': ['Next7Days', 'nothing'],
  'last-x-days': ['LastXDays', 'value'],
  'next-x-days': ['NextXDays', 'value'],
  'last-x-hours': ['LastXHours', 'value'],
  'next-x-hours': ['NextXHours', 'value'],
  'olderthan-x-days': ['OlderThanXDays', 'value'],
  'olderthan-x-hours': ['OlderThanXHours', 'value'],
  on: ['On', 'value'],
  'on-or-after': ['OnOrAfter', 'value'],
  'on-or-before': ['OnOrBefore', 'value'],
  'eq-userid': ['EqualUserId', 'nothing'],
  'ne-userid': ['NotEqualUserId', 'nothing'],
  'eq-businessid': ['EqualBusinessId', 'nothing'],
  'ne-businessid': ['NotEqualBusinessId', 'nothing'],
}

function expressionOf(condition: ColumnCondition, column: Column): FilterExpression {
  const { operator } = condition
  const left = { kind: 'path' as const, names: [column.wireName], position: 0 }
  if (operator === 'null' || operator === 'not-null') {
    count(condition, 0)
    const right: LiteralOperand = { kind: 'literal', type: 'null', value: null, position: 0 }
    return { kind: 'comparison', operator: operator === 'null' ? 'eq' : 'ne', left, right, position: 0 }
  }
  const comparison = own(comparisons, operator)
  if (comparison !== undefined) {
    const right = literalOf(column, count(condition, 1))
    return { kind: 'comparison', operator: comparison, left, right, position: 0 }
  }
  const text = own(texts, operator) ?? own(negatedTexts, operator)
  if (text !== undefined) {
    const sought = textLiteral(count(condition, 1))
    const operand = { kind: 'text' as const, function: text, subject: left, sought, position: 0 }
    return own(texts, operator) === undefined ? { kind: 'not', operand } : operand
  }
  return functionOf(condition, column)
}

function functionOf(condition: ColumnCondition, column: Column): FilterExpression {
  const known = own(functions, condition.operator)
  if (known === undefined) throw notEmulated(`the condition operator '${condition.operator}'`)
  const [name, takes] = known
  const values = condition.values.map((value) => (column.isLookup ? withoutBraces(value) : value))
  const found = new Map<string, LiteralOperand | readonly LiteralOperand[]>()
  found.set('PropertyName', textLiteral(column.wireName))
  if (takes === 'list') found.set('PropertyValues', values.map(textLiteral))
  else if (takes === 'value') found.set('PropertyValue', textLiteral(count(condition, 1)))
  else count(condition, 0)
  return { kind: 'function', name, arguments: found, position: 0 }
}

function own<T>(names: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined
}

/** The one value of a condition, or the emptiness of one without. */
function count({ attribute, operator, values }: ColumnCondition, wanted: 0 | 1): string {
  if (values.length === wanted) return values[0] ?? ''
  throw wrongValue(
    `The condition '${operator}' on '${attribute}' takes ${wanted} values; got ${values.length}.`,
  )
}

function wrongValue(message: string): ServiceError {
  return new ServiceError(400, '0x80040203', message)
}

function textLiteral(value: string): LiteralOperand {
  return { kind: 'literal', type: 'string', value, position: 0 }
}

/** Values come as text; what they are follows from the column. */
function literalOf(column: Column, text: string): LiteralOperand {
  const literal = (type: LiteralOperand['type'], value: LiteralOperand['value']): LiteralOperand => ({
    kind: 'literal',
    type,
    value,
    position: 0,
  })
  const bad = (): ServiceError =>
    wrongValue(`'${text}' is not a value for the column '${column.logicalName}' of type '${column.type}'.`)
  switch (familyOf(column)) {
    case 'number': {
      const number = Number(text)
      if (text.trim() === '' || !Number.isFinite(number)) throw bad()
      return literal('number', /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number)
    }
    case 'boolean':
      if (!/^(?:0|1|true|false)$/i.test(text)) throw bad()
      return literal('boolean', text === '1' || text.toLowerCase() === 'true')
    case 'moment':
      if (Number.isNaN(Date.parse(text))) throw bad()
      return literal('datetime', text)
    case 'guid':
      return literal('guid', withoutBraces(text))
    default:
      return literal('string', text)
  }
}

function withoutBraces(text: string): string {
  return text
    .trim()
    .replace(/^\{|\}$/g, '')
    .toLowerCase()
}
