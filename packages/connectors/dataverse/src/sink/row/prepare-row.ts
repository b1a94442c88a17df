import { DataverseError, type Row } from '@deltaverse/core'
import { isGuidText } from '@deltaverse/protocol'
import { type KeyPlan, partsOfKey, type RowKey, toKeyLiteral, typeRowKey } from '@deltaverse/values'
import type { Columns } from '../plan/columns.js'
import type { RunPlan } from '../plan/run-plan.js'
import { partiesName } from './party-columns.js'
import { noRows, type PendingRow } from './pending-row.js'

/**
 * Makes a row ready: types its key, strips from its body what must not be sent, and sets aside what must follow later.
 *
 * @throws DataverseError `bad-input` for a row that can never be written
 */
export function prepareRow(plan: RunPlan, row: Row, index: number): PendingRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new DataverseError(`Row ${index} is no object but ${row === null ? 'null' : typeof row}.`, {
      code: 'bad-input',
    })
  }
  const { options, table } = plan
  const values = options.keyOf === undefined ? row : options.keyOf(row)
  const given = row[table.primaryIdColumn]
  const isCreate = options.operation === 'create' || plan.key === undefined
  const key = isCreate ? keyOfCreate(plan, values, given) : keyOfRow(plan, plan.key, row, values)
  const byId = isCreate || plan.key.byPrimaryKey
  const etag = row['@odata.etag']
  if (options.matchVersion && etag !== undefined) refuseGuardedParties(plan, row)
  const { columns, body, followUps, bytes } = plan.readColumns(row)
  return {
    index,
    row,
    merged: row,
    keyed: values,
    identity: key.identity,
    lane: key.lane,
    parts: byId ? undefined : key.parts,
    unaddressable: key.unaddressable,
    etag: options.matchVersion && typeof etag === 'string' ? etag : undefined,
    earlier: noRows,
    state: {
      kind: 'prepared',
      // A GUID reads the same in a key and as one.
      id: byId ? key.identity : undefined,
      ownId: options.operation === 'create' && (given === undefined || plan.ownIds?.has(row) === true),
      columns,
      body,
      followUps,
      bytes,
    },
  }
}

/** A replacement of parties takes no version, so that what somebody else changed would be lost all the same. */
function refuseGuardedParties({ table }: RunPlan, row: Row): void {
  const name = partiesName(table)
  if (row[name] === undefined) return
  throw new DataverseError(
    `The parties '${name}' cannot be written with matchVersion: the service replaces them whatever the version. Write them by a writer without it.`,
    { code: 'bad-input' },
  )
}

/** A create names its row by a GUID, whatever the key of the run. */
function keyOfCreate(plan: RunPlan, values: Columns, given: unknown): RowKey {
  if (plan.options.keyOf !== undefined && plan.key !== undefined) refuseWrongKey(plan.key, values)
  const id = idForCreate(plan, given)
  return { identity: id, lane: id, parts: undefined, unaddressable: false }
}

/** Everything else names it by the key of the run. */
function keyOfRow({ options }: RunPlan, key: KeyPlan, row: Row, values: Columns): RowKey {
  const rowKey = typeRowKey(key, values)
  if (options.keyOf !== undefined && options.keyMismatch !== 'strip') refuseMismatch(key, rowKey, row)
  return rowKey
}

/** What a create writes of its key; it may lack some of it. */
function refuseWrongKey({ columns }: KeyPlan, values: Columns): void {
  for (const { column, dateBehavior, names } of columns) {
    for (const name of names) {
      const value = values[name]
      if (value === undefined || value === null || name.endsWith('@odata.bind')) continue
      const typed = toKeyLiteral(column.kind, value, dateBehavior)
      if ('literal' in typed) continue
      throw new DataverseError(`The key column '${name}' of this row cannot be written: ${typed.problem}.`, {
        code: 'bad-input',
      })
    }
  }
}

/** A key that was brought from elsewhere must not contradict what the row says of itself. */
function refuseMismatch(key: KeyPlan, rowKey: RowKey, row: Row): void {
  for (const [at, expected] of partsOfKey(key, rowKey).entries()) {
    const column = key.columns[at]
    if (column === undefined || column.names.every((name) => row[name] === undefined)) continue
    const plan: KeyPlan = { ...key, columns: [column] }
    const [own] = partsOfKey(plan, typeRowKey(plan, row))
    if (own?.value.text === expected.value.text) continue
    throw new DataverseError(
      `The row holds another value in '${column.given}' than its key ${JSON.stringify(expected.value.text)}: an update would ignore it, a ` +
        `create would give the row another key. Make them equal, or set keyMismatch to 'strip'.`,
      { code: 'bad-input' },
    )
  }
}

function idForCreate({ options, table }: RunPlan, given: unknown): string {
  if (given === undefined) return options.newId().toLowerCase()
  if (isGuidText(given)) return given.toLowerCase()
  throw new DataverseError(`The row's ${table.primaryIdColumn} is no GUID.`, { code: 'bad-input' })
}
