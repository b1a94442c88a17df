import { notEmulated } from '../http/service-error.js'
import type { Schema } from '../schema/schema.js'
import type { Navigation, Table } from '../schema/table.js'
import { createComparison, parseOrderBy } from './order-rows.js'
import { parseTop } from './parse-top.js'
import { optionRefused, unknownProperty } from './query-errors.js'
import type { ExpandItem, InnerOptions, RowFilter } from './query-options.js'
import { parseSelect } from './select-columns.js'
import { splitTopLevel } from './split-top-level.js'

/** `$expand` takes at most this many items. */
const maxExpandItems = 15

const innerOptions = new Set(['$select', '$filter', '$orderby', '$top'])

/** Compiles the `$filter` of an expanded collection. */
export type FilterCompiler = (text: string, table: Table) => RowFilter

/** Understands `$expand`: one level, with inner options separated by `;`. */
export function parseExpand(
  text: string | undefined,
  table: Table,
  schema: Schema,
  compileFilter: FilterCompiler,
): ExpandItem[] {
  if (text === undefined) return []
  const items = splitTopLevel(text, ',').map((item) => parseItem(item.trim(), table, schema, compileFilter))
  if (items.length > maxExpandItems) {
    throw optionRefused(`$expand takes at most ${maxExpandItems} navigation properties; got ${items.length}.`)
  }
  const names = items.map((item) => item.navigation.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw optionRefused(`$expand names '${twice}' more than once.`)
  return items
}

function parseItem(text: string, table: Table, schema: Schema, compileFilter: FilterCompiler): ExpandItem {
  const match = /^([^()/;\s]+)(\/\$ref)?\s*(?:\(([\s\S]*)\))?$/.exec(text)
  if (match === null) throw optionRefused(`'${text}' is not valid in $expand.`)
  const [, name = '', reference, inner] = match
  const navigation = table.navigation(name)
  if (navigation === undefined) throw unknownProperty(name, table.logicalName)
  if (reference !== undefined && navigation.kind !== 'single') {
    throw optionRefused(`$expand with /$ref works on single-valued navigation properties; '${name}' is none.`)
  }
  const target = targetTable(navigation, schema)
  const innerParts = parseInnerParts(inner, name)
  return {
    navigation,
    table: target,
    innerParts,
    onlyReference: reference !== undefined,
    options: parseInnerOptions(innerParts, navigation, target, schema, compileFilter),
  }
}

function targetTable(navigation: Navigation, schema: Schema): Table {
  const name = navigation.kind === 'single' ? navigation.target : navigation.table
  const table = schema.byLogicalName(name)
  if (table === undefined) throw optionRefused(`The table '${name}' does not exist.`)
  return table
}

function parseInnerParts(text: string | undefined, item: string): Map<string, string> {
  const parts = new Map<string, string>()
  for (const part of splitTopLevel(text ?? '', ';')) {
    if (part.trim() === '') continue
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(equals, 0)).trim()
    if (name === '$expand') throw notEmulated('$expand inside $expand')
    if (!innerOptions.has(name)) {
      throw optionRefused(`'${part.trim()}' is not supported inside the $expand of '${item}'.`)
    }
    if (parts.has(name)) throw optionRefused(`The $expand of '${item}' has ${name} more than once.`)
    parts.set(name, part.slice(equals + 1).trim())
  }
  return parts
}

function parseInnerOptions(
  parts: ReadonlyMap<string, string>,
  navigation: Navigation,
  table: Table,
  schema: Schema,
  compileFilter: FilterCompiler,
): InnerOptions {
  if (navigation.kind === 'single') refuseListOptions(parts, navigation.name)
  const filter = parts.get('$filter')
  const orderBy = parseOrderBy(parts.get('$orderby'), table)
  return {
    ...innerSelection(parts.get('$select'), navigation, table),
    filter: filter === undefined ? undefined : compileFilter(filter, table),
    orderBy,
    compare: createComparison(orderBy, table, schema),
    top: parseTop(parts.get('$top')),
  }
}

function refuseListOptions(parts: ReadonlyMap<string, string>, name: string): void {
  for (const option of parts.keys()) {
    if (option !== '$select') throw optionRefused(`${option} does not apply to '${name}', which is one row.`)
  }
}

// `ownerid` leads to the base type of users and teams, which has no other property.
function innerSelection(
  text: string | undefined,
  navigation: Navigation,
  table: Table,
): ReturnType<typeof parseSelect> {
  if (navigation.kind === 'single' && navigation.targets.length > 1) {
    const foreign = text?.split(',').find((name) => name.trim() !== 'ownerid')
    if (foreign !== undefined) throw unknownProperty(foreign.trim(), 'principal')
  }
  return parseSelect(text, table)
}
