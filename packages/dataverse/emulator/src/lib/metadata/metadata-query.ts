import { notEmulated } from '../http/service-error.js'
import type { FilterExpression } from '../query/filter-expression.js'
import { parseFilter } from '../query/filter-parser.js'
import { optionRefused, unknownProperty } from '../query/query-errors.js'
import { parseQueryParts } from '../query/query-parts.js'
import { splitTopLevel } from '../query/split-top-level.js'

/** A definition as a plain object with the service's member names. */
export type Members = Readonly<Record<string, unknown>>

/** One item of `$expand` on definitions. */
interface MetadataExpand {
  readonly name: string
  readonly query: MetadataQuery
}

/** The query options that definitions take. */
export interface MetadataQuery {
  readonly select: readonly string[] | undefined
  readonly filter: ((members: Members) => boolean) | undefined
  readonly expand: readonly MetadataExpand[]
}

/**
 * Understands the query string of a read of definitions.
 *
 * Source: Microsoft Learn, "Query table definitions using the Web API".
 */
export function parseMetadataQuery(rawQuery: string): MetadataQuery {
  const options = new Map<string, string>()
  for (const { name, value } of parseQueryParts(rawQuery)) {
    if (name.startsWith('$')) options.set(name, value)
  }
  return toQuery(options)
}

function toQuery(options: ReadonlyMap<string, string>): MetadataQuery {
  for (const name of options.keys()) {
    if (!['$select', '$filter', '$expand'].includes(name)) {
      throw optionRefused(`The query parameter ${name} is not supported on definitions.`)
    }
  }
  const filter = options.get('$filter')
  return {
    select: options
      .get('$select')
      ?.split(',')
      .map((name) => name.trim()),
    filter: filter === undefined ? undefined : compile(parseFilter(withoutEnumTypes(filter))),
    expand: splitTopLevel(options.get('$expand') ?? '', ',')
      .filter((item) => item.trim() !== '')
      .map((item) => parseExpandItem(item.trim())),
  }
}

function parseExpandItem(text: string): MetadataExpand {
  const match = /^(\w+)(?:\(([\s\S]*)\))?$/.exec(text)
  if (match === null) throw optionRefused(`'${text}' is not valid in $expand.`)
  const inner = new Map<string, string>()
  const [, name = '', options = ''] = match
  for (const part of splitTopLevel(options, ';')) {
    const equals = part.indexOf('=')
    if (part.trim() !== '') {
      inner.set(part.slice(0, Math.max(equals, 0)).trim(), part.slice(equals + 1).trim())
    }
  }
  return { name, query: toQuery(inner) }
}

// `Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'` compares with the name that the JSON carries.
function withoutEnumTypes(filter: string): string {
  return filter.replaceAll(/\bMicrosoft\.Dynamics\.CRM\.\w+(?='(?:[^']|'')*')/g, '')
}

function compile(expression: FilterExpression): (members: Members) => boolean {
  switch (expression.kind) {
    case 'and': {
      const [left, right] = [compile(expression.left), compile(expression.right)]
      return (members) => left(members) && right(members)
    }
    case 'or': {
      const [left, right] = [compile(expression.left), compile(expression.right)]
      return (members) => left(members) || right(members)
    }
    case 'not': {
      const operand = compile(expression.operand)
      return (members) => !operand(members)
    }
    case 'truth':
      return compileEquality(expression.operand, true)
    case 'comparison':
      return compileComparison(expression)
    default:
      throw notEmulated(`the filter expression '${expression.kind}' on definitions`)
  }
}

type Comparison = Extract<FilterExpression, { kind: 'comparison' }>

function compileComparison({ operator, left, right }: Comparison): (members: Members) => boolean {
  if (operator !== 'eq' && operator !== 'ne') throw notEmulated(`the operator '${operator}' on definitions`)
  const [path, literal] = left.kind === 'path' ? [left, right] : [right, left]
  if (literal.kind !== 'literal') throw notEmulated('the comparison of two members of definitions')
  const equal = compileEquality(path, literal.value)
  return operator === 'eq' ? equal : (members) => !equal(members)
}

function compileEquality(path: Comparison['left'], wanted: unknown): (members: Members) => boolean {
  if (path.kind !== 'path') {
    const holds = path.value === wanted
    return () => holds
  }
  const [first = '', ...rest] = path.names
  return (members) => {
    if (!(first in members)) throw unknownProperty(first, 'MetadataBase')
    const value = rest.reduce<unknown>((at, name) => (at as Members | null)?.[name], members[first])
    if (typeof value === 'object' && value !== null) {
      throw optionRefused(`'${path.names.join('/')}' cannot be compared with a value in $filter.`)
    }
    return (value ?? null) === wanted
  }
}

/** The members that a query selects, the primary key always among them. */
export function selectMembers(
  members: Members,
  select: readonly string[] | undefined,
  typeName: string,
): Record<string, unknown> {
  if (select === undefined || select.includes('*')) return { ...members }
  const selected: Record<string, unknown> = {}
  for (const name of select) {
    if (!Object.hasOwn(members, name)) throw unknownProperty(name, typeName)
    selected[name] = members[name]
  }
  if (Object.hasOwn(members, 'MetadataId')) selected.MetadataId = members.MetadataId
  return selected
}

/** The list in parentheses of a context URL: selected members, then expansions. */
export function contextList({ select, expand }: MetadataQuery): string {
  const names = [
    ...(select ?? []),
    ...expand.map(({ name, query }) => `${name}(${(query.select ?? []).join(',')})`),
  ]
  return names.length === 0 ? '' : `(${names.join(',')})`
}
