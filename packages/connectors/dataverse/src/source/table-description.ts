import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError, isDataverseError, isResponseError } from '@deltaverse/core'

/** What a feed needs to know about a table. */
export interface TableDescription {
  /** Metadata name: `contact`. */
  readonly logicalName: string
  /** URL segment: `contacts`. */
  readonly entitySet: string
  /** Column of the primary key: `contactid`. */
  readonly primaryKey: string
  /** Whether its rows are told apart by their partition too. */
  readonly isElastic: boolean
  readonly changeTrackingEnabled: boolean
  readonly canChangeTrackingBeEnabled: boolean
}

const tableName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Looks a table up by its entity set (`contacts`) or its logical name (`contact`), in one request.
 *
 * @throws DataverseError `not-found` when there is no such table
 */
export async function describeTable(
  client: DataverseClient,
  name: string,
  call: CallOptions = {},
): Promise<TableDescription> {
  if (!tableName.test(name))
    throw new TypeError(`a table is named like "contacts", not ${JSON.stringify(name)}`)
  const found = (await readDefinitions(client, name, call)).map(parseDescription)
  const table = found.find((candidate) => candidate.entitySet === name) ?? found[0]
  if (table !== undefined) return table
  throw new DataverseError(
    `${client.origin} has no table whose entity set or logical name is "${name}"; names are case-sensitive, custom tables begin with their publisher's prefix`,
    { code: 'not-found' },
  )
}

const members =
  'LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled,CanChangeTrackingBeEnabled'

async function readDefinitions(
  client: DataverseClient,
  name: string,
  call: CallOptions,
): Promise<readonly Record<string, unknown>[]> {
  const filter = encodeURIComponent(`EntitySetName eq '${name}' or LogicalName eq '${name.toLowerCase()}'`)
  const ask = async (select: string) => {
    const path = `EntityDefinitions?$select=${select}&$filter=${filter}`
    return rowsOf(await (await client.request({ method: 'GET', path }, call)).json())
  }
  try {
    return await ask(`${members},TableType`)
  } catch (error) {
    // Servers on premises know neither elastic tables nor this member.
    if (!isResponseError(error) || error.status !== 400) throw error
    return ask(members)
  }
}

/** @throws DataverseError `change-tracking-disabled` that names the way to switch it on */
export function requireChangeTracking(table: TableDescription): void {
  if (table.changeTrackingEnabled) return
  const fix = table.canChangeTrackingBeEnabled
    ? 'Switch on "Track changes" in the advanced options of the table, in Power Apps, and publish; or send the whole definition back by PUT with ChangeTrackingEnabled true'
    : 'This table cannot be tracked (CanChangeTrackingBeEnabled is false)'
  throw new DataverseError(`the table ${table.logicalName} is not enabled for change tracking. ${fix}`, {
    code: 'change-tracking-disabled',
  })
}

/**
 * How many days the environment keeps what change tracking needs, `expirechangetrackingindays`; `undefined` where the caller
 * may not read it.
 */
export async function readTokenLifetimeDays(
  client: DataverseClient,
  call: CallOptions = {},
): Promise<number | undefined> {
  try {
    const path = 'organizations?$select=expirechangetrackingindays'
    const response = await client.request({ method: 'GET', path }, call)
    const days = rowsOf(await response.json())[0]?.expirechangetrackingindays
    return typeof days === 'number' && days > 0 ? days : undefined
  } catch (error) {
    const unreadable =
      isDataverseError(error) && ['forbidden', 'not-found', 'bad-request'].includes(error.code)
    if (unreadable) return undefined
    throw error
  }
}

function rowsOf(body: unknown): Record<string, unknown>[] {
  const value = (body as { value?: unknown } | null)?.value
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : []
}

function parseDescription(row: Record<string, unknown>): TableDescription {
  return {
    logicalName: nameMember(row, 'LogicalName'),
    entitySet: nameMember(row, 'EntitySetName'),
    primaryKey: nameMember(row, 'PrimaryIdAttribute'),
    isElastic: row.TableType === 'Elastic',
    changeTrackingEnabled: row.ChangeTrackingEnabled !== false,
    canChangeTrackingBeEnabled:
      (row.CanChangeTrackingBeEnabled as { Value?: unknown } | null)?.Value !== false,
  }
}

/** Names go into addresses, and callers make file names of them: what is no name is refused whoever sends it. */
function nameMember(row: Record<string, unknown>, name: string): string {
  const value = row[name]
  if (typeof value === 'string' && tableName.test(value)) return value
  throw new DataverseError(`the definition of a table has no usable ${name}: ${JSON.stringify(value)}`, {
    code: 'bad-response',
  })
}
