import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError, isResponseError } from '@deltaverse/core'
import type { KeyMetadata } from '@deltaverse/metadata'
import { asJsonObject, checkTableName, listOf, parseKey } from '@deltaverse/metadata'

/** What a new key is made of. */
export interface NewKey {
  /** Logical name of the table: `account`. */
  readonly table: string
  /** Logical names of its columns, at most 16: text, whole number, decimal, date, lookup or choice. */
  readonly columns: readonly string[]
  /** Name with the publisher's prefix: `new_AccountNumberKey`. */
  readonly schemaName: string
  /** Default: the schema name. */
  readonly displayName?: string | undefined
  /** Language of the display name. Default: 1033 (English). */
  readonly languageCode?: number | undefined
  /** Unique name of the solution that the key becomes part of. Default: none. */
  readonly solution?: string | undefined
}

/** What sends the requests. */
export type KeyClient = Pick<DataverseClient, 'request'>

const keyQuery = '?$select=LogicalName,SchemaName,KeyAttributes,EntityKeyIndexStatus'
/** Definitions may be half a minute old unless the newest are asked for (Microsoft Learn: Query table definitions). */
const newest = { consistency: 'Strong' }

/**
 * The alternate keys of a table with the state of their indexes, as they are now.
 *
 * @throws DataverseError `not-found` when there is no such table
 */
export async function listKeys(
  client: KeyClient,
  table: string,
  call: CallOptions = {},
): Promise<KeyMetadata[]> {
  const path = `${keysPath(table)}${keyQuery}`
  try {
    const response = await client.request({ method: 'GET', path, headers: newest, buffered: true }, call)
    return listOf(asJsonObject(await response.json(), 'a list of keys'), 'value').map(parseKey)
  } catch (error) {
    if (!isResponseError(error) || error.status !== 404) throw error
    throw new DataverseError(`There is no table '${table}'.`, { code: 'not-found', cause: error })
  }
}

/**
 * Defines a key. Its index is built in the background: see `ensureKey()`, which waits for it (Microsoft Learn: Define
 * alternate keys for a table).
 *
 * @throws TypeError for names that are none; ResponseError with `0x80060893` (name taken), `0x80060894` (columns have a key
 *   already), `0x80060895` (more than 900 bytes), `0x8006088f` (a column that no key can have, or too many keys)
 */
export async function createKey(client: KeyClient, key: NewKey, call: CallOptions = {}): Promise<void> {
  checkNewKey(key)
  const { solution, schemaName } = key
  const response = await client.request(
    {
      method: 'POST',
      path: keysPath(key.table),
      ...(solution === undefined ? {} : { headers: { 'mscrm.solutionuniquename': solution } }),
      body: {
        '@odata.type': 'Microsoft.Dynamics.CRM.EntityKeyMetadata',
        SchemaName: schemaName,
        DisplayName: label(key.displayName ?? schemaName, key.languageCode ?? 1033),
        KeyAttributes: [...key.columns],
      },
    },
    call,
  )
  await response.discard()
}

/** Deletes a key; an index that is being built is given up. @throws DataverseError `not-found` when there is no such key */
export async function deleteKey(
  client: KeyClient,
  table: string,
  logicalName: string,
  call: CallOptions = {},
): Promise<void> {
  const key = await oneKey(client, table, logicalName, call)
  const path = `${keysPath(table)}(${key.metadataId})`
  await (await client.request({ method: 'DELETE', path }, call)).discard()
}

/**
 * Has the index of a failed key built again, after the rows that stood in its way were mended. The names of the action's
 * parameters are not documented for the Web API; these are those of the SDK's message.
 *
 * @throws DataverseError `not-found` when there is no such key; ResponseError `0x80060897` when it has not failed
 */
export async function reactivateKey(
  client: KeyClient,
  table: string,
  logicalName: string,
  call: CallOptions = {},
): Promise<void> {
  checkTableName(table)
  const body = { EntityLogicalName: table, EntityKeyLogicalName: logicalName }
  await (await client.request({ method: 'POST', path: 'ReactivateEntityKey', body }, call)).discard()
}

async function oneKey(
  client: KeyClient,
  table: string,
  logicalName: string,
  call: CallOptions,
): Promise<KeyMetadata> {
  const keys = await listKeys(client, table, call)
  const key = keys.find((each) => each.logicalName === logicalName.toLowerCase())
  if (key !== undefined) return key
  const known = keys.map((each) => `'${each.logicalName}'`).join(', ')
  throw new DataverseError(
    `Table '${table}' has no key '${logicalName}'; it has ${known === '' ? 'none' : known}.`,
    { code: 'not-found' },
  )
}

function keysPath(table: string): string {
  checkTableName(table)
  return `EntityDefinitions(LogicalName='${table}')/Keys`
}

function checkNewKey({ schemaName, columns }: NewKey): void {
  if (typeof schemaName !== 'string' || !/^[A-Za-z][A-Za-z0-9]*_\w+$/.test(schemaName)) {
    throw new TypeError(
      `schemaName must be a name with the publisher's prefix such as 'new_AccountNumberKey', received ${JSON.stringify(schemaName)}`,
    )
  }
  if (columns.length < 1 || columns.length > 16) {
    throw new RangeError(`columns must name 1 to 16 columns, received ${columns.length}`)
  }
}

function label(text: string, languageCode: number): object {
  return {
    '@odata.type': 'Microsoft.Dynamics.CRM.Label',
    LocalizedLabels: [
      { '@odata.type': 'Microsoft.Dynamics.CRM.LocalizedLabel', Label: text, LanguageCode: languageCode },
    ],
  }
}
