import { type FoldText, foldCase } from '../fold-text.js'
import { withActivities, withFileTables } from './dependent-targets.js'
import { type ResolvedTable, resolveTable } from './resolve-table.js'
import type {
  Column,
  ManyNavigation,
  ManyToManyNavigation,
  Navigation,
  SingleNavigation,
  Table,
} from './table.js'
import type { TableDefinition } from './table-definition.js'

/** All tables of an environment, by either of their names. */
export interface Schema {
  tables(): readonly Table[]
  /** How texts compare in filters and orders. */
  readonly foldText: FoldText
  byLogicalName(logicalName: string): Table | undefined
  byEntitySet(entitySetName: string): Table | undefined
  /**
   * Adds a table.
   *
   * @throws TypeError when a table of that logical name or entity set exists, or the definition is not sound.
   */
  add(definition: TableDefinition): Table
  /**
   * Replaces the table of the definition's logical name. Tables handed out earlier keep what they said, so fetch the
   * table again.
   *
   * @throws TypeError when there is no such table, or the definition is not sound.
   */
  replace(definition: TableDefinition): Table
  /** Takes a table away, if there is one of that logical name. */
  remove(logicalName: string): void
  /** The plain definitions, in the order in which the tables were added. */
  toDefinitions(): readonly TableDefinition[]
}

/**
 * Builds a schema from plain definitions.
 *
 * @throws TypeError when a definition is not sound or a name is taken twice.
 */
export function createSchema(definitions: readonly TableDefinition[], foldText: FoldText = foldCase): Schema {
  const tables = new Map<string, Table>()
  const entitySets = new Map<string, Table>()
  let collections: Map<string, Map<string, ManyNavigation>> | undefined

  const collectionsOf = (logicalName: string): ReadonlyMap<string, ManyNavigation> => {
    collections ??= indexCollections([...tables.values()])
    return collections.get(logicalName) ?? new Map()
  }
  const place = (definition: TableDefinition): Table => {
    const table = createTable(
      resolveTable(withFileTables(withActivities(definition, tables.values()), tables.values())),
      collectionsOf,
      definition,
    )
    const other = entitySets.get(table.entitySetName)
    if (other !== undefined && other.logicalName !== table.logicalName) {
      throw new TypeError(
        `Entity set '${table.entitySetName}' belongs to table '${other.logicalName}' already`,
      )
    }
    const before = tables.get(table.logicalName)
    if (before !== undefined) entitySets.delete(before.entitySetName)
    tables.set(table.logicalName, table)
    entitySets.set(table.entitySetName, table)
    collections = undefined
    placeDependents(table)
    return table
  }
  // What leads to all tables of a kind is made anew when one more is there.
  const placeDependents = ({ isActivity, fileColumns }: Table): void => {
    const parties = isActivity ? [...tables.values()].find((table) => table.holdsParties) : undefined
    const attachments = fileColumns.length > 0 ? tables.get('fileattachment') : undefined
    for (const dependent of [parties, attachments]) if (dependent !== undefined) place(dependent.definition)
  }
  const schema: Schema = {
    tables: () => [...tables.values()],
    foldText,
    byLogicalName: (logicalName) => tables.get(logicalName),
    byEntitySet: (entitySetName) => entitySets.get(entitySetName),
    add(definition) {
      if (tables.has(definition.logicalName)) {
        throw new TypeError(`Table '${definition.logicalName}' exists already`)
      }
      return place(definition)
    },
    replace(definition) {
      if (!tables.has(definition.logicalName)) {
        throw new TypeError(`There is no table '${definition.logicalName}' to replace`)
      }
      return place(definition)
    },
    remove(logicalName) {
      const table = tables.get(logicalName)
      if (table === undefined) return
      tables.delete(logicalName)
      entitySets.delete(table.entitySetName)
      collections = undefined
    },
    toDefinitions: () => [...tables.values()].map((table) => table.definition),
  }
  for (const definition of definitions) schema.add(definition)
  return schema
}

function createTable(
  resolved: ResolvedTable,
  collectionsOf: (logicalName: string) => ReadonlyMap<string, ManyNavigation>,
  definition: TableDefinition,
): Table {
  const byName = new Map(resolved.columns.map((column) => [column.logicalName, column]))
  const byWireName = new Map(resolved.properties.map((column) => [column.wireName, column]))
  const single = indexSingle(resolved)
  return {
    ...resolved,
    definition,
    column: (logicalName) => byName.get(logicalName),
    readProperty: (wireName) => byWireName.get(wireName),
    navigation: (name) => single.get(name) ?? collectionsOf(resolved.logicalName).get(name),
    navigations: (): readonly Navigation[] => [
      ...single.values(),
      ...collectionsOf(resolved.logicalName).values(),
    ],
  }
}

function indexSingle({ columns, isActivity, logicalName }: ResolvedTable): Map<string, SingleNavigation> {
  const navigations = new Map<string, SingleNavigation>()
  const add = (name: string, column: Column, table: string): void => {
    const targets = [...(navigations.get(name)?.targets ?? []), table]
    navigations.set(name, { kind: 'single', name, column, target: targets[0] ?? table, targets })
  }
  for (const column of columns) {
    for (const { navigationProperty: name, table } of column.targets) {
      add(name, column, table)
      // An activity inherits `ownerid` and declares `ownerid_task` beside it.
      if (isActivity && !name.endsWith(`_${logicalName}`)) add(`${name}_${logicalName}`, column, table)
    }
  }
  return navigations
}

function indexCollections(tables: readonly Table[]): Map<string, Map<string, ManyNavigation>> {
  const index = new Map<string, Map<string, ManyNavigation>>()
  const add = (navigation: ManyNavigation): void => {
    const ofTarget = index.get(navigation.target) ?? new Map<string, ManyNavigation>()
    ofTarget.set(navigation.name, navigation)
    index.set(navigation.target, ofTarget)
  }
  for (const table of tables) {
    for (const column of table.columns) {
      for (const { table: target, collectionNavigationProperty: name } of column.targets) {
        add({ kind: 'collection', name, table: table.logicalName, column, target })
      }
    }
    for (const navigation of intersectNavigations(table)) add(navigation)
  }
  return index
}

/** The navigation properties of both sides of an intersect table. */
function intersectNavigations({ logicalName, intersect }: Table): ManyToManyNavigation[] {
  if (intersect === undefined) return []
  const [first, second] = intersect.ends
  const lead = (own: typeof first, other: typeof first): ManyToManyNavigation => ({
    kind: 'many-to-many',
    name: own.navigationProperty,
    table: other.table,
    target: own.table,
    partner: other.navigationProperty,
    intersect: logicalName,
    ownColumn: own.column,
    otherColumn: other.column,
  })
  return [lead(first, second), lead(second, first)]
}
