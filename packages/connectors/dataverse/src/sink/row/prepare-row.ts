import { DataverseError, type Row } from '@deltaverse/core'
import { isGuidText } from '@deltaverse/protocol'
import { partsOfKey, type RowKey, typeRowKey } from '../plan/key-plan.js'
import type { RunPlan } from '../plan/run-plan.js'
import { noFailures, noRows, type PendingRow, partBytes } from './pending-row.js'

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
  const keyed = options.operation !== 'create'
  const rowKey = plan.key === undefined || !keyed ? undefined : typeRowKey(plan.key, values)
  if (rowKey !== undefined && options.keyOf !== undefined) refuseMismatch(plan, rowKey, row)
  const { columns, body, followUps, bytes } = plan.readColumns(row)
  const given = row[table.primaryIdColumn]
  const id = keyed ? primaryKeyOf(plan, rowKey) : idForCreate(plan, given)
  const etag = row['@odata.etag']
  return {
    index,
    row,
    merged: row,
    keyed: values,
    identity: rowKey?.identity ?? id!,
    lane: rowKey?.lane ?? id!,
    parts: plan.key?.byPrimaryKey ? undefined : rowKey?.parts,
    unaddressable: rowKey?.unaddressable ?? false,
    etag: options.matchVersion && typeof etag === 'string' ? etag : undefined,
    id,
    ownId: !keyed && (given === undefined || plan.ownIds?.has(row) === true),
    known: 'unknown',
    columns,
    body,
    sent: undefined,
    sentEnd: 0,
    full: undefined,
    changed: undefined,
    followUps,
    bytes: bytes + partBytes,
    earlier: noRows,
    attempts: 0,
    failures: noFailures,
    uncertain: false,
    raced: false,
  }
}

/** A key that was brought from elsewhere must not contradict what the row says of itself. */
function refuseMismatch({ key, options }: RunPlan, rowKey: RowKey, row: Row): void {
  if (options.keyMismatch === 'strip') return
  for (const [at, column] of key!.columns.entries()) {
    const named = column.names.some((name) => row[name] !== undefined)
    if (!named) continue
    const plan = { ...key!, columns: [column] }
    const [own] = partsOfKey(plan, typeRowKey(plan, row))
    const expected = partsOfKey(key!, rowKey)[at]!.value.text
    if (own!.value.text === expected) continue
    throw new DataverseError(
      `The row holds another value in '${column.given}' than its key ${JSON.stringify(expected)}: an update would ignore it, a ` +
        `create would give the row another key. Make them equal, or set keyMismatch to 'strip'.`,
      { code: 'bad-input' },
    )
  }
}

function primaryKeyOf(plan: RunPlan, rowKey: RowKey | undefined): string | undefined {
  return plan.key?.byPrimaryKey ? rowKey!.parts![0]!.value.text : undefined
}

function idForCreate({ options, table }: RunPlan, given: unknown): string {
  if (given === undefined) return options.newId().toLowerCase()
  if (isGuidText(given)) return given.toLowerCase()
  throw new DataverseError(`The row's ${table.primaryIdColumn} is no GUID.`, { code: 'bad-input' })
}
