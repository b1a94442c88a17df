import { DataverseError } from '@deltaverse/core'
import { parseRowReference } from '@deltaverse/protocol'
import type { Columns } from '../plan/columns.js'
import type { WriterTable } from '../plan/table-port.js'

/** One party of an activity, as the service takes it. */
export interface Party {
  readonly participationtypemask: number
  /** Who it is: the bind and what it holds; absent for an address that belongs to no row. */
  readonly bind: string | undefined
  readonly reference: string | undefined
  readonly addressused: string | undefined
}

/** The member of an activity's row that holds its parties, which is a collection and no column. */
export function partiesName({ logicalName }: Pick<WriterTable, 'logicalName'>): string {
  return `${logicalName}_activity_parties`
}

/**
 * The parties, where they are all that there is to write. Parties of an activity that exists are replaced as a whole by a
 * request of their own (Microsoft Learn: ActivityParty entity).
 */
export function onlyParties(
  table: Pick<WriterTable, 'logicalName'>,
  columns: Columns | undefined,
): unknown[] | undefined {
  if (columns === undefined) return undefined
  const [name, ...others] = Object.keys(columns)
  if (name !== partiesName(table) || others.length > 0) return undefined
  return columns[name] as unknown[]
}

/**
 * Checks the parties of a row and leaves out what a read added.
 *
 * @throws DataverseError `bad-input` that names the party and what is wrong with it
 */
export function toWireParties(name: string, value: unknown): Columns[] {
  if (!Array.isArray(value)) throw badParty(name, 'it must be a list of parties; an empty one removes all')
  return value.map((party, at) => {
    const { participationtypemask, bind, reference, addressused } = readParty(`${name}[${at}]`, party)
    return {
      ...(bind === undefined ? {} : { [bind]: reference }),
      participationtypemask,
      ...(addressused === undefined ? {} : { addressused }),
    }
  })
}

/** @throws DataverseError `bad-input` for what is no party */
export function readParty(place: string, party: unknown): Party {
  if (typeof party !== 'object' || party === null || Array.isArray(party)) {
    throw badParty(place, 'a party must be an object')
  }
  const members = Object.entries(party).filter(
    ([member, value]) =>
      value !== undefined && value !== null && (!member.includes('@') || member.endsWith('@odata.bind')),
  )
  const binds = members.filter(([member]) => member.endsWith('@odata.bind'))
  for (const [member] of members) {
    if (knownMembers.has(member) || bindShape.test(member)) continue
    throw badParty(
      place,
      `'${member}' is none of partyid_<table>@odata.bind, participationtypemask, addressused`,
    )
  }
  if (binds.length > 1) throw badParty(place, `it is bound ${binds.length} times, and can be one row only`)
  const [bind] = binds[0] ?? []
  const reference = binds[0]?.[1]
  if (bind !== undefined && (typeof reference !== 'string' || parseRowReference(reference) === undefined)) {
    throw badParty(place, `'${bind}' must be a reference such as "contacts(<guid>)"`)
  }
  const { participationtypemask, addressused } = Object.fromEntries(members) as Columns
  if (addressused !== undefined && (typeof addressused !== 'string' || addressused === '')) {
    throw badParty(place, 'addressused must be text')
  }
  if (bind === undefined && addressused === undefined) {
    throw badParty(place, 'it names neither a row (partyid_<table>@odata.bind) nor an address (addressused)')
  }
  return {
    participationtypemask: readMask(place, participationtypemask),
    bind,
    reference: reference as string | undefined,
    addressused: addressused as string | undefined,
  }
}

const bindShape = /^partyid_\w+@odata\.bind$/
const knownMembers: ReadonlySet<string> = new Set(['participationtypemask', 'addressused'])

// 1 sender, 2 to, 3 cc, 4 bcc, 5 required, 6 optional, 7 organizer, 8 regarding, 9 owner, 10 resource, 11 customer, 12 chat
// participant, 13 related (Microsoft Learn: ActivityParty entity).
function readMask(place: string, value: unknown): number {
  const mask = typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value
  if (typeof mask === 'number' && Number.isInteger(mask) && mask >= 1 && mask <= 13) return mask
  throw badParty(place, 'participationtypemask must be a whole number from 1 to 13')
}

function badParty(place: string, problem: string): DataverseError {
  return new DataverseError(`The parties '${place}' cannot be written: ${problem}.`, { code: 'bad-input' })
}
