import type { DataverseClient, DataverseRequest } from '@deltaverse/client'
import { type CallOptions, DataverseError } from '@deltaverse/core'
import { describeRef, type RowRef } from '@deltaverse/values'
import { addressById } from '../resolve/key-address.js'
import { createKeyResolver, type KeyResolver } from '../resolve/key-resolver.js'
import type { KeyAddress } from '../resolve/key-results.js'
import type { SourceRow, WireRow } from '../translate/row-translation.js'
import { createRowTranslator } from '../translate/row-translator.js'
import { findClosingAction } from './closing-actions.js'

/** Value or label of a state or status. */
export type OptionInput = number | string

/**
 * The messages of old that the Web API no longer has, each as the plain update that took its place (Microsoft Learn:
 * Special update operation behavior). Every method answers a request for `client.request()`; nothing is sent but what
 * definitions and look-ups need.
 *
 * All of them throw a DataverseError: `not-found` when the row to change or a row that is named does not exist,
 * `bad-request` when an update cannot express what is asked, `row-rejected` for a wrong value.
 */
export interface LegacyMessages {
  /** Assign: gives a row to a user or team. */
  assign(message: AssignMessage, call?: CallOptions): Promise<DataverseRequest>
  /**
   * SetState: state and status, by value or label; a state alone brings its default status.
   *
   * @throws DataverseError `bad-request` for a state that only an action leads to, such as a won opportunity: see `close()`
   */
  setState(message: SetStateMessage, call?: CallOptions): Promise<DataverseRequest>
  /** SetParentSystemUser: a user's manager; `null` for none. */
  setParentSystemUser(
    message: { readonly user: RowRef; readonly parent: RowRef | null },
    call?: CallOptions,
  ): Promise<DataverseRequest>
  /** SetBusinessSystemUser (SetBusinessUnit): moves a user to a business unit. */
  setBusinessSystemUser(
    message: { readonly user: RowRef; readonly businessUnit: RowRef },
    call?: CallOptions,
  ): Promise<DataverseRequest>
  /** SetParentTeam: moves a team to a business unit. */
  setParentTeam(
    message: { readonly team: RowRef; readonly businessUnit: RowRef },
    call?: CallOptions,
  ): Promise<DataverseRequest>
  /** SetParentBusinessUnit: puts a business unit below another. */
  setParentBusinessUnit(
    message: { readonly businessUnit: RowRef; readonly parent: RowRef },
    call?: CallOptions,
  ): Promise<DataverseRequest>
  /** SetBusinessEquipment: moves a facility or piece of equipment to a business unit. */
  setBusinessEquipment(
    message: { readonly equipment: RowRef; readonly businessUnit: RowRef },
    call?: CallOptions,
  ): Promise<DataverseRequest>
  /**
   * The action that wins or loses an opportunity, resolves a case, wins or closes a quote, fulfils or cancels an order.
   * Write the row's data before: closed rows are read-only.
   *
   * @throws DataverseError `bad-request` for a state that a plain update leads to: see `setState()`
   */
  close(message: CloseMessage, call?: CallOptions): Promise<DataverseRequest>
}

export interface AssignMessage {
  readonly target: RowRef
  /** A user or team. */
  readonly assignee: RowRef
}

export interface SetStateMessage {
  readonly target: RowRef
  /** Default: the state of `status`. */
  readonly state?: OptionInput | undefined
  /** Default: the default status of `state`. */
  readonly status?: OptionInput | undefined
}

export interface CloseMessage extends SetStateMessage {
  /** Subject of the closing activity. Default: the name of the action. */
  readonly subject?: string | undefined
  /** Further columns of the closing activity, as on the wire, such as `actualrevenue`. Default: none. */
  readonly activity?: WireRow | undefined
}

/** Creates the messages for one environment. */
export function createLegacyMessages(
  client: Pick<DataverseClient, 'request' | 'serviceRoot'>,
  options: { readonly resolver?: KeyResolver | undefined } = {},
): LegacyMessages {
  const resolver = options.resolver ?? createKeyResolver(client)

  async function wireRow(table: string, row: SourceRow, call: CallOptions): Promise<WireRow> {
    const translated = await createRowTranslator(client, { table, resolver }).toWireRow(row, call)
    if (translated.status === 'translated') return translated.row
    const missing = translated.problems.find(({ reason }) => reason === 'missing-target')
    if (missing === undefined) throw translated.error
    throw new DataverseError(translated.error.message, { code: 'not-found', cause: translated.error })
  }

  async function update(target: RowRef, row: SourceRow, call: CallOptions): Promise<DataverseRequest> {
    const body = await wireRow(target.table, row, call)
    return toUpdate(await addressOf(target, call), body)
  }

  async function addressOf(target: RowRef, call: CallOptions): Promise<{ readonly path: string }> {
    const address: KeyAddress = await resolver.address(target.table, target.key, call)
    if ('path' in address) return address
    throw noSuchRow(target, address)
  }

  async function pairOf(
    { target, state, status }: SetStateMessage,
    call: CallOptions,
  ): Promise<{ readonly pair: WireRow; readonly statecode: number }> {
    if (state === undefined && status === undefined) {
      throw new DataverseError('A state or a status must be given.', { code: 'bad-request' })
    }
    const pair = await wireRow(target.table, { statecode: state, statuscode: status }, call)
    return { pair, statecode: Number(pair.statecode) }
  }

  return {
    async assign({ target, assignee }, call = {}) {
      return update(target, { ownerid: assignee }, call)
    },
    async setState(message, call = {}) {
      const { target } = message
      const { pair, statecode } = await pairOf(message, call)
      const closing = findClosingAction(target.table, statecode)
      if (closing !== undefined) throw needsAction(target.table, statecode, closing.action)
      return toUpdate(await addressOf(target, call), pair)
    },
    async setParentSystemUser({ user, parent }, call = {}) {
      return update(checkTable(user, 'systemuser', 'user'), { parentsystemuserid: parent }, call)
    },
    async setBusinessSystemUser({ user, businessUnit }, call = {}) {
      return update(checkTable(user, 'systemuser', 'user'), { businessunitid: businessUnit }, call)
    },
    async setParentTeam({ team, businessUnit }, call = {}) {
      return update(checkTable(team, 'team', 'team'), { businessunitid: businessUnit }, call)
    },
    async setParentBusinessUnit({ businessUnit, parent }, call = {}) {
      const target = checkTable(businessUnit, 'businessunit', 'businessUnit')
      return update(target, { parentbusinessunitid: parent }, call)
    },
    async setBusinessEquipment({ equipment, businessUnit }, call = {}) {
      return update(checkTable(equipment, 'equipment', 'equipment'), { businessunitid: businessUnit }, call)
    },
    async close(message, call = {}) {
      const { target, subject, activity } = message
      const { pair, statecode } = await pairOf(message, call)
      const closing = findClosingAction(target.table, statecode)
      if (closing === undefined) throw needsUpdate(target.table, statecode)
      const found = await resolver.resolve(target.table, target.key, call)
      if (found.status !== 'found') throw noSuchRow(target, found)
      const table = await resolver.metadata.table(target.table, call)
      const { reference } = addressById(table, found.id)
      return {
        method: 'POST',
        path: closing.action,
        body: {
          Status: pair.statuscode,
          [closing.activity]: {
            subject: subject ?? closing.action,
            ...activity,
            [`${table.primaryIdColumn}@odata.bind`]: reference,
          },
        },
      }
    },
  }
}

// Without If-Match a PATCH creates the row that it does not find.
function toUpdate({ path }: { readonly path: string }, body: WireRow): DataverseRequest {
  return { method: 'PATCH', path, headers: { 'if-match': '*' }, body }
}

function checkTable(target: RowRef, table: string, name: string): RowRef {
  if (target.table === table) return target
  throw new DataverseError(
    `${name} must name a row of table '${table}', received ${describeRef(target.table, target.key)}.`,
    {
      code: 'bad-request',
    },
  )
}

function noSuchRow(target: RowRef, miss: { readonly status: string }): DataverseError {
  if ('error' in miss && miss.error instanceof Error) {
    return new DataverseError(miss.error.message, { code: 'bad-request', cause: miss.error })
  }
  const name = describeRef(target.table, target.key)
  return miss.status === 'ambiguous'
    ? new DataverseError(`Several rows answer to ${name}: name the row by its GUID.`, { code: 'conflict' })
    : new DataverseError(`There is no row ${name}.`, { code: 'not-found' })
}

function needsAction(table: string, statecode: number, action: string): DataverseError {
  return new DataverseError(
    `A row of table '${table}' gets into state ${statecode} by the action ${action} only, not by an update: use close().`,
    { code: 'bad-request' },
  )
}

function needsUpdate(table: string, statecode: number): DataverseError {
  return new DataverseError(
    `A row of table '${table}' gets into state ${statecode} by an update: use setState().`,
    { code: 'bad-request' },
  )
}
