import type { DataverseRequest } from '@deltaverse/client'
import { type CallOptions, DataverseError } from '@deltaverse/core'
import { isGuidText } from '@deltaverse/protocol'
import { describeValue, isRef, type RowRef, ref } from '@deltaverse/values'
import type { LegacyMessages, OptionInput } from './legacy-messages.js'

/** A message of the SDK by name, with its parameters. */
export interface LegacyMessage {
  /** Such as `Assign`, in any case, with or without `Request` at its end. */
  readonly message: string
  /** By their names in the SDK. References as `ref()`, `{ LogicalName, Id }` or, where the table is clear, a GUID. */
  readonly parameters: Readonly<Record<string, unknown>>
}

type Translate = (
  messages: LegacyMessages,
  read: ParameterReader,
  call: CallOptions,
) => Promise<DataverseRequest>

const setState: Translate = (messages, read, call) =>
  messages.setState(
    { target: read.row('EntityMoniker'), state: read.option('State'), status: read.option('Status') },
    call,
  )

const setBusinessUnit: Translate = (messages, read, call) => {
  read.refuseFlag('ReassignPrincipal')
  return messages.setBusinessSystemUser(
    { user: read.row('UserId', 'systemuser'), businessUnit: read.row('BusinessId', 'businessunit') },
    call,
  )
}

const translations: Readonly<Record<string, Translate>> = {
  assign: (messages, read, call) =>
    messages.assign({ target: read.row('Target'), assignee: read.row('Assignee') }, call),
  setstate: setState,
  setstatedynamicentity: setState,
  setparentsystemuser: (messages, read, call) => {
    read.refuseFlag('KeepChildUsers')
    return messages.setParentSystemUser(
      { user: read.row('UserId', 'systemuser'), parent: read.rowOrNull('ParentId', 'systemuser') },
      call,
    )
  },
  setbusinesssystemuser: setBusinessUnit,
  setbusinessunit: setBusinessUnit,
  setparentteam: (messages, read, call) =>
    messages.setParentTeam(
      { team: read.row('TeamId', 'team'), businessUnit: read.row('BusinessId', 'businessunit') },
      call,
    ),
  setparentbusinessunit: (messages, read, call) =>
    messages.setParentBusinessUnit(
      {
        businessUnit: read.row('BusinessUnitId', 'businessunit'),
        parent: read.row('ParentId', 'businessunit'),
      },
      call,
    ),
  setbusinessequipment: (messages, read, call) =>
    messages.setBusinessEquipment(
      {
        equipment: read.row('EquipmentId', 'equipment'),
        businessUnit: read.row('BusinessUnitId', 'businessunit'),
      },
      call,
    ),
}

/**
 * Translates a message of the SDK, as old code and recorded messages have it, into the plain update that took its place.
 *
 * @throws DataverseError `bad-request` for another message, a parameter that is missing, or a switch that no update can
 *   express (`KeepChildUsers`, `ReassignPrincipal`); else as the methods of {@link LegacyMessages}
 */
export async function translateLegacyMessage(
  messages: LegacyMessages,
  { message, parameters }: LegacyMessage,
  call: CallOptions = {},
): Promise<DataverseRequest> {
  const name = message.toLowerCase().replace(/request$/, '')
  const translate = Object.hasOwn(translations, name) ? translations[name] : undefined
  if (translate === undefined) {
    throw badMessage(
      `${describeValue(message)} is none of the messages that an update replaces: Assign, SetState, SetStateDynamicEntity, ` +
        'SetParentSystemUser, SetBusinessSystemUser, SetBusinessUnit, SetParentTeam, SetParentBusinessUnit, SetBusinessEquipment.',
    )
  }
  return translate(messages, createParameterReader(message, parameters), call)
}

interface ParameterReader {
  row(name: string, table?: string): RowRef
  rowOrNull(name: string, table?: string): RowRef | null
  option(name: string): OptionInput | undefined
  refuseFlag(name: string): void
}

function createParameterReader(
  message: string,
  parameters: Readonly<Record<string, unknown>>,
): ParameterReader {
  const reader: ParameterReader = {
    row(name, table) {
      const row = reader.rowOrNull(name, table)
      if (row !== null) return row
      throw badMessage(`${message} needs the parameter ${name}.`)
    },
    rowOrNull(name, table) {
      const value = parameters[name] ?? null
      if (value === null || isRef(value)) return value
      const row = toRef(value, table)
      if (row !== undefined) return row
      throw badMessage(`The parameter ${name} of ${message} is no reference: ${describeValue(value)}.`)
    },
    option(name) {
      const value = parameters[name]
      const plain = isObject(value) ? value.Value : value
      // The SDK says -1 for the default.
      if (plain === undefined || plain === null || plain === -1) return undefined
      if (typeof plain === 'number' || typeof plain === 'string') return plain
      throw badMessage(`The parameter ${name} of ${message} is no option: ${describeValue(value)}.`)
    },
    refuseFlag(name) {
      if (parameters[name] === undefined || parameters[name] === null || parameters[name] === false) return
      throw badMessage(
        `No update can express the parameter ${name} of ${message}: change the other rows by requests of their own.`,
      )
    },
  }
  return reader
}

function toRef(value: unknown, table: string | undefined): RowRef | undefined {
  if (isGuidText(value)) return table === undefined ? undefined : ref(table, value)
  if (!isObject(value)) return undefined
  const { LogicalName: name = table, Id: id } = value
  return typeof name === 'string' && isGuidText(id) ? ref(name, id) : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function badMessage(text: string): DataverseError {
  return new DataverseError(text, { code: 'bad-request' })
}
