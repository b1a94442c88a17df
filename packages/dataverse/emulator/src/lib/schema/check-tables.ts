import { objectOf, oneOf, textOf } from '../option-checks.js'
import { columnTypes, type TableDefinition } from './table-definition.js'

/**
 * Checks what a definition may choose from, before a table is made of it: an unknown choice would be taken for another.
 *
 * @throws TypeError with the place, such as `tables[0].columns[2].type`.
 */
export function checkTables(tables: readonly TableDefinition[]): readonly TableDefinition[] {
  if (!Array.isArray(tables))
    throw new TypeError(`tables is a list of table definitions: got ${typeof tables}`)
  for (const [index, table] of tables.entries()) checkTable(`tables[${index}]`, table)
  return tables
}

function checkTable(place: string, definition: unknown): void {
  const table = objectOf(place, definition)
  const name = textOf(`${place}.logicalName`, table.logicalName)
  if (!Array.isArray(table.columns)) throw new TypeError(`columns of table '${name}' is a list of columns`)
  const ofTable = `of table '${name}'`
  optional(`${place}.ownership ${ofTable}`, table.ownership, [
    'UserOwned',
    'OrganizationOwned',
    'BusinessOwned',
    'None',
  ])
  for (const [index, column] of table.columns.entries()) {
    checkColumn(`${place}.columns[${index}]`, column, ofTable)
  }
  for (const [index, key] of listOf(table.keys).entries()) {
    const { logicalName, indexStatus } = objectOf(`${place}.keys[${index}]`, key)
    const shown = `${place}.keys[${index}].indexStatus of key '${String(logicalName)}' ${ofTable}`
    optional(shown, indexStatus, ['Pending', 'InProgress', 'Active', 'Failed'])
  }
}

function checkColumn(place: string, definition: unknown, ofTable: string): void {
  const column = objectOf(place, definition)
  const ofColumn = `of column '${textOf(`${place}.logicalName`, column.logicalName)}' ${ofTable}`
  oneOf(`${place}.type ${ofColumn}`, column.type, columnTypes)
  optional(`${place}.dateTimeBehavior ${ofColumn}`, column.dateTimeBehavior, [
    'UserLocal',
    'DateOnly',
    'TimeZoneIndependent',
  ])
  for (const [index, target] of listOf(column.targets).entries()) {
    const { onDelete } = objectOf(`${place}.targets[${index}]`, target)
    const shown = `${place}.targets[${index}].onDelete ${ofColumn}`
    optional(shown, onDelete, ['cascade', 'remove-link', 'restrict', 'no-cascade'])
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function optional(name: string, value: unknown, choices: readonly string[]): void {
  if (value !== undefined) oneOf(name, value, choices)
}
