import { randomUUID } from 'node:crypto'
import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import { describeTable, type TableDescription } from '@deltaverse/dataverse'
import { checkFact, type Fact, unseenFact } from './fact.js'
import { removeRow, upsertRow } from './own-rows.js'

const what = 'a look-up that a bind of null clears'

/**
 * Whether `nav@odata.bind: null` clears a look-up: documented, and three reports saw it ignored or refused. Writes two rows of its own, one
 * that points at the other, and removes them.
 */
export async function probeClearing(
  client: DataverseClient,
  { table: name, call }: { readonly table: string; readonly call: CallOptions },
): Promise<Fact[]> {
  const table = await describeTable(client, name, call)
  const lookup = await findOwnLookup(client, table, call)
  if (lookup === undefined)
    return [unseenFact(what, `no look-up of ${table.logicalName} points at its own table`)]
  const rows = { parent: randomUUID(), child: randomUUID() }
  try {
    await upsertRow(client, table, rows.parent, {}, call)
    const bind = `${lookup.navigationProperty}@odata.bind`
    await upsertRow(client, table, rows.child, { [bind]: `${table.entitySet}(${rows.parent})` }, call)
    const answer = await client.request(
      {
        method: 'PATCH',
        path: `${table.entitySet}(${rows.child})`,
        body: { [bind]: null },
        acceptStatus: [400, 500],
      },
      call,
    )
    await answer.discard()
    const held = await readValue(client, table, rows.child, `_${lookup.column}_value`, call)
    const seen =
      answer.status >= 400 ? `refused with ${answer.status}` : held === null ? 'cleared' : 'ignored'
    return [checkFact(what, 'cleared', seen, seen === 'cleared')]
  } finally {
    // Without the signal: what was created is removed even when the check is being stopped.
    for (const id of [rows.child, rows.parent]) await removeRow(client, table, id, {})
  }
}

interface OwnLookup {
  readonly column: string
  readonly navigationProperty: string
}

async function findOwnLookup(
  client: DataverseClient,
  { logicalName }: TableDescription,
  call: CallOptions,
): Promise<OwnLookup | undefined> {
  const select = 'ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName'
  const path = `EntityDefinitions(LogicalName='${logicalName}')/ManyToOneRelationships?$select=${select}`
  const { value = [] } = (await (await client.request({ method: 'GET', path }, call)).json()) as {
    readonly value?: readonly Readonly<Record<string, unknown>>[]
  }
  const columns = value.map((each) => each.ReferencingAttribute)
  const own = value.find(
    ({ ReferencedEntity, ReferencingAttribute: column }) =>
      ReferencedEntity === logicalName && columns.indexOf(column) === columns.lastIndexOf(column),
  )
  if (own === undefined) return undefined
  const { ReferencingAttribute: column, ReferencingEntityNavigationPropertyName: navigationProperty } = own
  return { column: String(column), navigationProperty: String(navigationProperty) }
}

async function readValue(
  client: DataverseClient,
  { entitySet }: TableDescription,
  id: string,
  name: string,
  call: CallOptions,
): Promise<unknown> {
  const response = await client.request({ method: 'GET', path: `${entitySet}(${id})?$select=${name}` }, call)
  return ((await response.json()) as Readonly<Record<string, unknown>>)[name]
}
