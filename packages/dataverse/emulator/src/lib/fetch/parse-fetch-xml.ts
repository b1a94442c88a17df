import type { ConditionGroup } from '../conditions/condition-group.js'
import { notEmulated, ServiceError } from '../http/service-error.js'
import type {
  AggregateFunction,
  FetchAttribute,
  FetchCondition,
  FetchEntity,
  FetchLink,
  FetchOrder,
  FetchQuery,
} from './fetch-query.js'
import { parseXml, type XmlElement } from './xml-element.js'

/** Microsoft Learn, "Join tables using FetchXml" and "Aggregate data using FetchXml". */
const maxLinks = 15
const maxAggregated = 50_000

/**
 * Understands a FetchXML text. What is not understood is refused by its name and never overlooked.
 *
 * Source: Microsoft Learn, "Query data using FetchXml".
 *
 * @throws ServiceError 400 for what is no FetchXML, 501 for what the emulator lacks.
 */
export function parseFetchXml(text: string): FetchQuery {
  const fetch = parseXml(text)
  if (fetch.name !== 'fetch') throw invalid(`'fetch' expected, found '${fetch.name}'`)
  const read = attributesOf(fetch, fetchAttributes, ['version', 'mapping', 'output-format', 'no-lock'])
  if ((read.get('mapping') ?? 'logical') !== 'logical') throw notEmulated("a 'mapping' other than 'logical'")
  const [entity, ...others] = childrenOf(fetch, ['entity'])
  if (entity === undefined || others.length > 0) throw invalid("'fetch' has one 'entity'")
  attributesOf(entity, ['name'])
  const links = { count: 0 }
  const query: FetchQuery = {
    entity: readEntity(entity, links),
    top: wholeNumber(read, 'top'),
    count: wholeNumber(read, 'count'),
    page: wholeNumber(read, 'page') ?? 1,
    pagingCookie: read.get('paging-cookie'),
    distinct: flag(read, 'distinct'),
    aggregate: flag(read, 'aggregate'),
    aggregateLimit: Math.min(wholeNumber(read, 'aggregatelimit') ?? maxAggregated, maxAggregated),
    returnTotalRecordCount: flag(read, 'returntotalrecordcount'),
  }
  const isPaged = read.has('page') || read.has('count') || read.has('paging-cookie')
  if (query.top !== undefined && isPaged) throw invalid("'top' does not go together with paging")
  return query
}

const fetchAttributes = [
  'top',
  'count',
  'page',
  'paging-cookie',
  'distinct',
  'aggregate',
  'aggregatelimit',
  'returntotalrecordcount',
]

/** 400 for FetchXML that the service does not take; its code was seen for invalid queries. */
export function invalid(message: string): ServiceError {
  return new ServiceError(400, '0x80044183', `Invalid FetchXML: ${message}.`)
}

type Attributes = ReadonlyMap<string, string>

/** The attributes of an element; `without effect` are those that change nothing of what comes. */
function attributesOf(
  element: XmlElement,
  known: readonly string[],
  withoutEffect: readonly string[] = [],
): Attributes {
  for (const [name, value] of element.attributes) {
    if (known.includes(name) || withoutEffect.includes(name) || value === 'false' || value === '') continue
    throw notEmulated(`the attribute '${name}' of the FetchXML element '${element.name}'`)
  }
  return element.attributes
}

function childrenOf(element: XmlElement, known: readonly string[]): readonly XmlElement[] {
  for (const { name } of element.children) {
    if (!known.includes(name)) throw notEmulated(`the FetchXML element '${name}' inside '${element.name}'`)
  }
  return element.children
}

function required(element: XmlElement, name: string): string {
  const value = element.attributes.get(name)
  if (value === undefined || value === '') throw invalid(`'${element.name}' needs '${name}'`)
  return value
}

function flag(read: Attributes, name: string): boolean {
  const value = read.get(name) ?? 'false'
  if (/^(?:true|1)$/i.test(value)) return true
  if (/^(?:false|0)?$/i.test(value)) return false
  throw invalid(`'${name}' is true or false, not '${value}'`)
}

function wholeNumber(read: Attributes, name: string): number | undefined {
  const value = read.get(name)
  if (value === undefined || value === '') return undefined
  if (/^\d{1,9}$/.test(value) && Number(value) > 0) return Number(value)
  throw invalid(`'${name}' is a positive whole number, not '${value}'`)
}

const entityChildren = ['attribute', 'all-attributes', 'order', 'filter', 'link-entity']

function readEntity(element: XmlElement, links: { count: number }): FetchEntity {
  const children = childrenOf(element, entityChildren)
  const named = (name: string): readonly XmlElement[] => children.filter((child) => child.name === name)
  return {
    name: required(element, 'name'),
    attributes: named('all-attributes').length > 0 ? 'all' : named('attribute').map(readAttribute),
    orders: named('order').map(readOrder),
    filter: { type: 'and', conditions: [], groups: named('filter').map(readFilter) },
    links: named('link-entity').map((link) => readLink(link, links)),
  }
}

function readLink(element: XmlElement, links: { count: number }): FetchLink {
  const known = ['name', 'from', 'to', 'link-type', 'alias']
  const read = attributesOf(element, known, ['intersect', 'visible'])
  const type = read.get('link-type') ?? 'inner'
  if (type !== 'inner' && type !== 'outer') throw notEmulated(`the link-type '${type}'`)
  links.count += 1
  if (links.count > maxLinks) {
    throw new ServiceError(400, '0x8004430D', 'Number of link entities in query exceeded maximum limit.')
  }
  const number = links.count
  return {
    ...readEntity(element, links),
    from: required(element, 'from'),
    to: required(element, 'to'),
    outer: type === 'outer',
    // Which alias the service gives where there is none is not documented but for its number.
    alias: read.get('alias') ?? `${required(element, 'name')}${number}`,
  }
}

const aggregates = ['count', 'countcolumn', 'sum', 'avg', 'min', 'max'] as const

function readAttribute(element: XmlElement): FetchAttribute {
  const read = attributesOf(element, ['name', 'alias', 'aggregate', 'groupby', 'distinct'])
  childrenOf(element, [])
  const aggregate = read.get('aggregate')
  const known: AggregateFunction | undefined = aggregates.find((each) => each === aggregate)
  if (aggregate !== undefined && known === undefined) throw notEmulated(`the aggregate '${aggregate}'`)
  return {
    name: required(element, 'name'),
    alias: read.get('alias'),
    aggregate: known,
    groupBy: flag(read, 'groupby'),
    distinct: flag(read, 'distinct'),
  }
}

function readOrder(element: XmlElement): FetchOrder {
  const read = attributesOf(element, ['attribute', 'alias', 'descending'])
  childrenOf(element, [])
  const { attribute, alias } = { attribute: read.get('attribute'), alias: read.get('alias') }
  if ((attribute === undefined) === (alias === undefined)) {
    throw invalid("'order' has an 'attribute' or an 'alias'")
  }
  return { attribute, alias, descending: flag(read, 'descending') }
}

function readFilter(element: XmlElement): ConditionGroup<FetchCondition> {
  const type = attributesOf(element, ['type']).get('type') ?? 'and'
  if (type !== 'and' && type !== 'or') throw invalid(`'filter' has the type 'and' or 'or', not '${type}'`)
  const children = childrenOf(element, ['condition', 'filter'])
  return {
    type,
    conditions: children.filter(({ name }) => name === 'condition').map(readCondition),
    groups: children.filter(({ name }) => name === 'filter').map(readFilter),
  }
}

function readCondition(element: XmlElement): FetchCondition {
  const known = ['attribute', 'operator', 'value', 'entityname']
  const read = attributesOf(element, known, ['uiname', 'uitype'])
  const values = childrenOf(element, ['value']).map((child) => {
    attributesOf(child, [], ['uiname', 'uitype'])
    childrenOf(child, [])
    return child.text.trim()
  })
  const single = read.get('value')
  return {
    attribute: required(element, 'attribute'),
    operator: required(element, 'operator'),
    values: single === undefined ? values : [single, ...values],
    entityName: read.get('entityname'),
  }
}
