import { leadsToParties, partyValues } from '../activities/activity-parties.js'
import { notEmulated } from '../http/service-error.js'
import type { CollectionNavigation, ManyNavigation, SingleNavigation, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { type RowValues, readBody } from '../writing/read-body.js'
import { payloadError } from '../writing/read-value.js'
import { createRow, updateRow } from '../writing/write-row.js'
import { addPair } from './pairs.js'
import { referencedRow } from './referenced-row.js'

/** A body with its related rows taken out. */
interface SplitBody {
  readonly own: Readonly<Record<string, unknown>>
  readonly parents: readonly (readonly [SingleNavigation, object])[]
  readonly children: readonly (readonly [CollectionNavigation, readonly unknown[]])[]
  readonly bound: readonly (readonly [ManyNavigation, readonly unknown[]])[]
}

const bindSuffix = '@odata.bind'

/**
 * Creates a row and the rows nested in its body, and binds existing rows to it. Must run inside a transaction: one
 * row that is refused takes everything back.
 *
 * Source: Microsoft Learn, "Create a table row using the Web API".
 *
 * @param prepare changes the row's own values before it is created.
 * @param place `nested` for a row that comes with another.
 * @throws ServiceError for what the service refuses.
 */
export function createWithRelated(
  service: Service,
  table: Table,
  body: unknown,
  prepare: (values: RowValues) => RowValues = (values) => values,
  place: 'direct' | 'nested' = 'direct',
): StoredRow {
  const split = splitBody(table, body)
  if (split === undefined)
    return createRow(service, table, prepare(readBody(service, table, body, 'create')), place)
  const values = readBody(service, table, split.own, 'create')
  for (const [{ column, target }, nested] of split.parents) {
    const parent = tableOf(service, target)
    const row = createWithRelated(service, parent, nested, undefined, 'nested')
    values[column.logicalName] = { id: row[parent.primaryIdColumn] as string, table: target }
  }
  const row = createRow(service, table, prepare(values), place)
  const link = { id: row[table.primaryIdColumn] as string, table: table.logicalName }
  for (const [navigation, nested] of split.children) {
    const prepareChild = leadsToParties(service, navigation)
      ? (child: RowValues) => partyValues(table, row, child)
      : (child: RowValues) => ({ ...child, [navigation.column.logicalName]: link })
    for (const each of nested) {
      createWithRelated(service, tableOf(service, navigation.table), each, prepareChild, 'nested')
    }
  }
  for (const [navigation, references] of split.bound) {
    const other = tableOf(service, navigation.table)
    for (const reference of references) {
      const bound = referencedRow(service, other, reference)
      if (navigation.kind === 'many-to-many') {
        addPair(service, navigation, link.id, bound[other.primaryIdColumn] as string)
      } else updateRow(service, other, bound, { [navigation.column.logicalName]: link })
    }
  }
  // A row that refers to itself through its children has changed meanwhile.
  return service.store.table(table.logicalName).get(link.id) ?? row
}

/** `undefined` for a body without related rows, as most are. */
function splitBody(table: Table, body: unknown): SplitBody | undefined {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return undefined
  const own: Record<string, unknown> = {}
  const parents: [SingleNavigation, object][] = []
  const children: [CollectionNavigation, readonly unknown[]][] = []
  const bound: [ManyNavigation, readonly unknown[]][] = []
  for (const [name, value] of Object.entries(body)) {
    const isBind = name.endsWith(bindSuffix)
    const related = value !== null && typeof value === 'object'
    const navigation = related
      ? table.navigation(isBind ? name.slice(0, -bindSuffix.length) : name)
      : undefined
    if (navigation === undefined) own[name] = value
    else if (navigation.kind !== 'single') {
      const list = listOf(table, name, value)
      if (isBind) bound.push([navigation, list])
      else if (navigation.kind === 'collection') children.push([navigation, list])
      else throw notEmulated('nested rows of a many-to-many relationship')
    } else if (isBind || Array.isArray(value)) own[name] = value
    else parents.push([navigation, value as object])
  }
  return parents.length + children.length + bound.length === 0 ? undefined : { own, parents, children, bound }
}

function listOf(table: Table, name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw payloadError(table, `The value of '${name}' is not a list.`)
  return value
}

function tableOf(service: Service, logicalName: string): Table {
  const table = service.schema.byLogicalName(logicalName)
  if (table === undefined) throw new TypeError(`There is no table '${logicalName}'`)
  return table
}
