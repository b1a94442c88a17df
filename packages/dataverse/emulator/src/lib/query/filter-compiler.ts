import type { FoldText } from '../fold-text.js'
import type { Schema } from '../schema/schema.js'
import type { Table } from '../schema/table.js'
import { type Comparable, compareValues, edmTypeOf, type ValueFamily } from './comparable-value.js'
import type { Comparison, FilterExpression, LiteralOperand, Operand } from './filter-expression.js'
import { bindFunction } from './filter-functions.js'
import { bindCollection, bindColumn, type Frame, type Scope } from './filter-scope.js'
import { likeTest } from './like-pattern.js'
import { optionRefused } from './query-errors.js'
import type { QueryEnvironment, RowFilter } from './query-options.js'

/** A condition at work; null is SQL's "unknown". */
type Condition = (frame: Frame) => boolean | null

/**
 * Ties a filter expression to a table.
 *
 * @throws ServiceError 400 for an unknown property or values that cannot be compared, 501 for a function that the
 * emulator lacks.
 */
export function compileFilter(
  expression: FilterExpression,
  table: Table,
  schema: Schema,
  environment: QueryEnvironment,
): RowFilter {
  const scope: Scope = { schema, table, variable: undefined, outer: undefined }
  const condition = compile(expression, scope, environment)
  return (row, related) => condition({ row, related, outer: undefined }) === true
}

function compile(expression: FilterExpression, scope: Scope, environment: QueryEnvironment): Condition {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const conditions = flatten(expression).map((each) => compile(each, scope, environment))
      return junction(conditions, expression.kind === 'or')
    }
    case 'not': {
      const operand = compile(expression.operand, scope, environment)
      return (frame) => negate(operand(frame))
    }
    case 'comparison':
      return compileComparison(expression.operator, expression.left, expression.right, scope)
    case 'text':
      return compileText(expression, scope)
    case 'truth': {
      const operand = bindOperand(expression.operand, scope)
      requireFamily(operand, 'boolean', 'a condition')
      return (frame) => operand.read(frame) as boolean | null
    }
    case 'function': {
      const { column, test } = bindFunction(expression, scope, environment)
      return (frame) => test(column.read(frame))
    }
    case 'lambda':
      return compileLambda(expression, scope, environment)
  }
}

// A generated filter can join thousands of terms, which the parser nests to the left: taken apart without recursion.
function flatten(expression: Extract<FilterExpression, { kind: 'and' | 'or' }>): FilterExpression[] {
  const terms: FilterExpression[] = []
  let at: FilterExpression = expression
  while (at.kind === expression.kind) {
    terms.push(at.right)
    at = at.left
  }
  terms.push(at)
  return terms.reverse()
}

// `decisive` ends the evaluation: true for "or", false for "and".
function junction(conditions: readonly Condition[], decisive: boolean): Condition {
  return (frame) => {
    let unknown = false
    for (const condition of conditions) {
      const value = condition(frame)
      if (value === decisive) return decisive
      unknown ||= value === null
    }
    return unknown ? null : !decisive
  }
}

function negate(value: boolean | null): boolean | null {
  return value === null ? null : !value
}

interface BoundOperand {
  /** `undefined` for null, which compares with everything. */
  readonly family: ValueFamily | undefined
  readonly edmType: string
  read(frame: Frame): Comparable
}

function bindOperand(operand: Operand, scope: Scope): BoundOperand {
  if (operand.kind === 'path') {
    const bound = bindColumn(operand, scope)
    return { family: bound.family, edmType: edmTypeOf(bound.column), read: bound.read }
  }
  const value = literalValue(operand, scope.schema.foldText)
  return { family: literalFamily(operand), edmType: literalEdmTypes[operand.type], read: () => value }
}

const literalEdmTypes: Readonly<Record<LiteralOperand['type'], string>> = {
  null: 'Edm.Null',
  string: 'Edm.String',
  number: 'Edm.Int32',
  boolean: 'Edm.Boolean',
  guid: 'Edm.Guid',
  date: 'Edm.Date',
  datetime: 'Edm.DateTimeOffset',
}

function literalFamily({ type }: LiteralOperand): ValueFamily | undefined {
  if (type === 'null') return undefined
  if (type === 'date' || type === 'datetime') return 'moment'
  return type === 'string' ? 'text' : type
}

function literalValue({ type, value }: LiteralOperand, fold: FoldText): Comparable {
  if (type === 'string') return fold(String(value))
  return type === 'date' || type === 'datetime' ? Date.parse(String(value)) : value
}

const operatorNames: Readonly<Record<Comparison, string>> = {
  eq: 'Equal',
  ne: 'NotEqual',
  gt: 'GreaterThan',
  ge: 'GreaterThanOrEqual',
  lt: 'LessThan',
  le: 'LessThanOrEqual',
}

function compileComparison(operator: Comparison, a: Operand, b: Operand, scope: Scope): Condition {
  const left = bindOperand(a, scope)
  const right = bindOperand(b, scope)
  if (left.family !== undefined && right.family !== undefined && left.family !== right.family) {
    throw optionRefused(
      `A binary operator with incompatible types was detected. Found operand types '${left.edmType}' and '${right.edmType}' for operator kind '${operatorNames[operator]}'.`,
    )
  }
  const holds = comparisonTest(operator)
  return (frame) => holds(left.read(frame), right.read(frame))
}

// Null equals null and nothing else; in every other comparison with null there is no order, so it does not hold.
function comparisonTest(operator: Comparison): (a: Comparable, b: Comparable) => boolean {
  const ordered = (test: (order: number) => boolean) => (a: Comparable, b: Comparable) =>
    a !== null && b !== null && test(compareValues(a, b))
  switch (operator) {
    case 'eq':
      return (a, b) => compareValues(a, b) === 0
    case 'ne':
      return (a, b) => compareValues(a, b) !== 0
    case 'gt':
      return ordered((order) => order > 0)
    case 'ge':
      return ordered((order) => order >= 0)
    case 'lt':
      return ordered((order) => order < 0)
    case 'le':
      return ordered((order) => order <= 0)
  }
}

function requireFamily(operand: BoundOperand, family: ValueFamily, place: string): void {
  if (operand.family !== undefined && operand.family !== family) {
    throw optionRefused(`A value of type '${operand.edmType}' cannot stand for ${place}.`)
  }
}

function compileText(expression: Extract<FilterExpression, { kind: 'text' }>, scope: Scope): Condition {
  const subject = bindOperand(expression.subject, scope)
  const sought = bindOperand(expression.sought, scope)
  requireFamily(subject, 'text', `the text of ${expression.function}`)
  requireFamily(sought, 'text', `the text of ${expression.function}`)
  const { sought: literal } = expression
  const fixed =
    literal.kind === 'literal' && literal.value !== null
      ? likeTest(expression.function, scope.schema.foldText(String(literal.value)))
      : undefined
  return (frame) => {
    const text = subject.read(frame)
    const part = sought.read(frame)
    if (text === null || part === null) return null
    return (fixed ?? likeTest(expression.function, String(part)))(String(text))
  }
}

function compileLambda(
  expression: Extract<FilterExpression, { kind: 'lambda' }>,
  scope: Scope,
  environment: QueryEnvironment,
): Condition {
  const collection = bindCollection(expression.path, scope)
  const { variable, body, quantifier } = expression
  if (body === undefined) {
    return (frame) => {
      for (const _ of collection.rows(frame)) return true
      return false
    }
  }
  const inner: Scope = { schema: scope.schema, table: collection.table, variable, outer: scope }
  const condition = compile(body, inner, environment)
  const wanted = quantifier === 'any'
  return (frame) => {
    for (const row of collection.rows(frame)) {
      if ((condition({ row, related: frame.related, outer: frame }) === true) === wanted) return wanted
    }
    return !wanted
  }
}
