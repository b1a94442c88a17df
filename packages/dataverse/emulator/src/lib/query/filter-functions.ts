import type { FoldText } from '../fold-text.js'
import { notEmulated } from '../http/service-error.js'
import { type Comparable, compareValues, edmTypeOf, type ValueFamily } from './comparable-value.js'
import type { FilterExpression, FunctionArguments, LiteralOperand } from './filter-expression.js'
import { type BoundColumn, bindColumn, type Scope } from './filter-scope.js'
import { optionRefused } from './query-errors.js'
import type { QueryEnvironment } from './query-options.js'

/** A function of the namespace `Microsoft.Dynamics.CRM` at work on one column. */
export interface BoundFunction {
  readonly column: BoundColumn
  /** Whether the column's value passes; null is SQL's "unknown". */
  test(value: Comparable): boolean | null
}

type ValueTest = (value: Exclude<Comparable, null>) => boolean

interface FunctionCall {
  readonly name: string
  readonly arguments: FunctionArguments
  readonly column: BoundColumn
  readonly environment: QueryEnvironment
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Ties a function call to its column.
 *
 * Source: Microsoft Learn, "Web API query function reference".
 */
export function bindFunction(
  expression: Extract<FilterExpression, { kind: 'function' }>,
  scope: Scope,
  environment: QueryEnvironment,
): BoundFunction {
  const make = Object.hasOwn(functions, expression.name) ? functions[expression.name] : undefined
  if (make === undefined) {
    throw notEmulated(`the filter function 'Microsoft.Dynamics.CRM.${expression.name}'`)
  }
  const property = single(expression.arguments, 'PropertyName', expression.name)
  const column = bindPropertyName(String(property.value), property.position, scope)
  const test = make({ name: expression.name, arguments: expression.arguments, column, environment })
  return { column, test: (value) => (value === null ? null : test(value)) }
}

// Functions name a lookup by its logical name (`ownerid`) or as on the wire (`_ownerid_value`).
function bindPropertyName(name: string, position: number, scope: Scope): BoundColumn {
  const names = name.split('/')
  const last = names.at(-1) ?? ''
  const path = { kind: 'path' as const, names, position }
  try {
    return bindColumn(path, scope)
  } catch (error) {
    const lookup = [...names.slice(0, -1), `_${last}_value`]
    const column = scope.table.column(last)
    if (names.length > 1 || column?.isLookup) return bindColumn({ ...path, names: lookup }, scope)
    throw error
  }
}

const functions: Readonly<Record<string, (call: FunctionCall) => ValueTest>> = {
  In: (call) => inList(call),
  NotIn: (call) => not(inList(call)),
  Between: (call) => between(call),
  NotBetween: (call) => not(between(call)),
  ContainValues: (call) => containValues(call),
  DoesNotContainValues: (call) => not(containValues(call)),
  Today: (call) => days(call, 0, 1),
  Yesterday: (call) => days(call, -1, 0),
  Tomorrow: (call) => days(call, 1, 2),
  Last7Days: (call) => since(call, startOfDay(call, -7)),
  Next7Days: (call) => until(call, startOfDay(call, 8)),
  LastXDays: (call) => since(call, startOfDay(call, -count(call))),
  NextXDays: (call) => until(call, startOfDay(call, count(call) + 1)),
  LastXHours: (call) => since(call, call.environment.now() - count(call) * hourMs),
  NextXHours: (call) => until(call, call.environment.now() + count(call) * hourMs),
  OlderThanXDays: (call) => moment(call, (at) => at < startOfDay(call, -count(call))),
  OlderThanXHours: (call) => moment(call, (at) => at < call.environment.now() - count(call) * hourMs),
  On: (call) => on(call),
  NotOn: (call) => not(on(call)),
  OnOrAfter: (call) => moment(call, (at) => at >= dayOf(dateArgument(call))),
  OnOrBefore: (call) => moment(call, (at) => at < dayOf(dateArgument(call)) + dayMs),
  EqualUserId: (call) => reference(call, call.environment.userId),
  NotEqualUserId: (call) => not(reference(call, call.environment.userId)),
  EqualBusinessId: (call) => reference(call, call.environment.businessUnitId),
  NotEqualBusinessId: (call) => not(reference(call, call.environment.businessUnitId)),
}

function not(test: ValueTest): ValueTest {
  return (value) => !test(value)
}

function single(found: FunctionArguments, name: string, functionName: string): LiteralOperand {
  const value = found.get(name)
  if (value === undefined || !('kind' in value)) {
    throw optionRefused(`The function ${functionName} needs one value for ${name}.`)
  }
  return value
}

function list({ arguments: found, name, environment }: FunctionCall): readonly LiteralOperand[] {
  const values = found.get('PropertyValues')
  if (values === undefined || 'kind' in values) {
    throw optionRefused(`The function ${name} needs a list for PropertyValues, such as ["1","2"].`)
  }
  const bare = values.find(({ type }) => type !== 'string')
  if (bare !== undefined && environment.numbersInFilterLists !== 'taken') {
    throw optionRefused(
      `The values of PropertyValues are texts, such as ["1","2"], in the function ${name}: '${String(bare.value)}' is none.`,
    )
  }
  return values
}

function inList(call: FunctionCall): ValueTest {
  const wanted = new Set(list(call).map((literal) => argumentValue(literal, call)))
  return (value) => wanted.has(value)
}

function between(call: FunctionCall): ValueTest {
  const [low, high, ...rest] = list(call).map((literal) => argumentValue(literal, call))
  if (low === undefined || high === undefined || rest.length > 0) {
    throw optionRefused(`The function ${call.name} needs two PropertyValues.`)
  }
  return (value) => compareValues(value, low) >= 0 && compareValues(value, high) <= 0
}

// Arguments arrive as text whatever the column's type.
function argumentValue(literal: LiteralOperand, { column, name }: FunctionCall): Exclude<Comparable, null> {
  const value = convert(String(literal.value), column.family, column.fold)
  if (value === undefined || literal.value === null) {
    throw optionRefused(
      `'${String(literal.value)}' is not a value of type '${edmTypeOf(column.column)}' for the function ${name}.`,
    )
  }
  return value
}

function convert(text: string, family: ValueFamily, fold: FoldText): Exclude<Comparable, null> | undefined {
  switch (family) {
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text)
    case 'boolean':
      if (text === 'true' || text === '1') return true
      return text === 'false' || text === '0' ? false : undefined
    case 'moment':
      return Number.isNaN(Date.parse(text)) ? undefined : Date.parse(text)
    default:
      return fold(text)
  }
}

function containValues(call: FunctionCall): ValueTest {
  if (call.column.column.type !== 'multiselectpicklist') {
    throw optionRefused(`The function ${call.name} needs a column of choices.`)
  }
  const wanted = list(call).map((literal) => String(literal.value).trim())
  return (value) => {
    const chosen = String(value).split(',')
    return wanted.some((each) => chosen.includes(each))
  }
}

function moment({ column, name }: FunctionCall, test: (at: number) => boolean): ValueTest {
  if (column.family !== 'moment') throw optionRefused(`The function ${name} needs a date column.`)
  return (value) => test(Number(value))
}

function dayOf(at: number): number {
  return Math.floor(at / dayMs) * dayMs
}

function startOfDay({ environment }: FunctionCall, offset: number): number {
  return dayOf(environment.now()) + offset * dayMs
}

function days(call: FunctionCall, from: number, to: number): ValueTest {
  const [start, end] = [startOfDay(call, from), startOfDay(call, to)]
  return moment(call, (at) => at >= start && at < end)
}

function since(call: FunctionCall, start: number): ValueTest {
  const now = call.environment.now()
  return moment(call, (at) => at >= start && at <= now)
}

function until(call: FunctionCall, end: number): ValueTest {
  const now = call.environment.now()
  return moment(call, (at) => at >= now && at < end)
}

function on(call: FunctionCall): ValueTest {
  const day = dayOf(dateArgument(call))
  return moment(call, (at) => at >= day && at < day + dayMs)
}

function count(call: FunctionCall): number {
  const value = Number(single(call.arguments, 'PropertyValue', call.name).value)
  if (!Number.isInteger(value) || value < 1) {
    throw optionRefused(`The function ${call.name} needs a positive whole number as PropertyValue.`)
  }
  return value
}

function dateArgument(call: FunctionCall): number {
  const literal = single(call.arguments, 'PropertyValue', call.name)
  const at = Date.parse(String(literal.value))
  if (Number.isNaN(at)) throw optionRefused(`The function ${call.name} needs a date as PropertyValue.`)
  return at
}

function reference({ column, name }: FunctionCall, id: string): ValueTest {
  if (column.family !== 'guid') throw optionRefused(`The function ${name} needs a lookup column.`)
  return (value) => value === id
}
