import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { type Answer, errorOf, guid, rowsOf, send } from './support/api.js'
import { sendBatch } from './support/batch.js'
import { temporaryFolder } from './support/temporary-folder.js'

let emulator: Emulator

async function restart(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.close()
  emulator = await startEmulator({
    rows: {
      contacts: [1, 2, 3].map((n) => ({ contactid: guid(n), lastname: `C${n}` })),
      accounts: [{ accountid: guid(11), name: 'A' }],
    },
    ...options,
  })
}

beforeEach(() => restart())
afterEach(() => emulator.close())

const contact = (number: number, type: number) => ({
  'partyid_contact@odata.bind': `/contacts(${guid(number)})`,
  participationtypemask: type,
})

const outcome = (answer: Answer) => [answer.status, errorOf(answer).code]

/** The parties of an activity as `type:party`, without those that the service keeps itself. */
async function partiesOf(path: string, collection: string): Promise<string[]> {
  const { json } = await send(emulator, 'GET', `${path}?$select=subject&$expand=${collection}`)
  return (json[collection] as Record<string, unknown>[])
    .filter((party) => ![8, 9].includes(party.participationtypemask as number))
    .map((party) => `${party.participationtypemask}:${party._partyid_value ?? party.addressused}`)
    .sort()
}

const activities = [
  ['email', 'emails', [1, 2, 3, 4]],
  ['phonecall', 'phonecalls', [1, 2]],
  ['appointment', 'appointments', [5, 6, 7]],
] as const

describe.each(activities)('the parties of %s', (table, set, types) => {
  const collection = `${table}_activity_parties`
  const create = (parties: readonly unknown[], number = 21) =>
    send(emulator, 'POST', set, {
      body: { activityid: guid(number), subject: 'S', [collection]: parties },
    })
  const path = `${set}(${guid(21)})`

  it('are created with it, of each kind that it has', async () => {
    const given = types.map((type, index) => contact((index % 3) + 1, type))
    expect((await create(given)).status).toBe(204)
    expect(await partiesOf(path, collection)).toEqual(
      types.map((type, index) => `${type}:${guid((index % 3) + 1)}`),
    )
  })

  it('are refused where it has none of that kind, and all with them', async () => {
    for (const type of [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13].filter(
      (each) => !types.some((known) => known === each),
    )) {
      const answer = await create([contact(1, types[0]), contact(2, type)])
      expect(outcome(answer)).toEqual([400, '0x80040203'])
    }
    expect(outcome(await create([contact(1, 99)]))).toEqual([400, '0x8004431A'])
    expect(outcome(await create([{ addressused: 'a@b.example' }]))).toEqual([400, '0x80040203'])
    expect(emulator.table(set).count()).toBe(0)
    expect(emulator.table('activityparties').count()).toBe(0)
  })

  it('are replaced as a whole by PUT, which changes the activity', async () => {
    await create([contact(1, types[0]), contact(2, types[1])])
    const before = await send(emulator, 'GET', path)
    const put = await send(emulator, 'PUT', `${path}/${collection}`, {
      body: {
        value: [contact(3, types[1]), { addressused: 'x@y.example', participationtypemask: types[0] }],
      },
    })
    expect(put.status).toBe(204)
    expect(await partiesOf(path, collection)).toEqual(
      [`${types[0]}:x@y.example`, `${types[1]}:${guid(3)}`].sort(),
    )
    const after = await send(emulator, 'GET', path)
    expect(after.json['@odata.etag']).not.toBe(before.json['@odata.etag'])
    await send(emulator, 'PUT', `${path}/${collection}`, { body: { value: [] } })
    expect(await partiesOf(path, collection)).toEqual([])
  })

  it('stay as they were when a replacement is refused', async () => {
    await create([contact(1, types[0])])
    for (const body of [{ value: [contact(2, types[0]), contact(9, types[0])] }, { value: 1 }, []]) {
      expect((await send(emulator, 'PUT', `${path}/${collection}`, { body })).status).not.toBe(204)
    }
    const stale = await send(emulator, 'PUT', `${path}/${collection}`, {
      body: { value: [] },
      headers: { 'If-Match': 'W/"1"' },
    })
    expect(outcome(stale)).toEqual([412, '0x80060882'])
    expect(await partiesOf(path, collection)).toEqual([`${types[0]}:${guid(1)}`])
  })

  it('are not written by a PATCH of the row', async () => {
    await create([contact(1, types[0])])
    const body = { [collection]: [contact(2, types[0])] }
    expect(outcome(await send(emulator, 'PATCH', path, { body }))).toEqual([400, '0x80048d19'])
    expect(await partiesOf(path, collection)).toEqual([`${types[0]}:${guid(1)}`])
  })

  it('come with a row that an upsert creates', async () => {
    const body = { subject: 'S', [collection]: [contact(2, types[0])] }
    expect((await send(emulator, 'PATCH', path, { body })).status).toBe(204)
    expect(await partiesOf(path, collection)).toEqual([`${types[0]}:${guid(2)}`])
  })

  it('go with it, and outlive the row that took part', async () => {
    await create([contact(1, types[0]), contact(2, types[1])])
    await send(emulator, 'DELETE', `contacts(${guid(1)})`)
    expect(await partiesOf(path, collection)).toEqual(
      [`${types[0]}:${guid(1)}`, `${types[1]}:${guid(2)}`].sort(),
    )
    const gone = rowsOf(await send(emulator, 'GET', 'activityparties?$filter=ispartydeleted eq true'))
    expect(gone.map((row) => row._partyid_value)).toEqual([guid(1)])
    await send(emulator, 'DELETE', path)
    expect(emulator.table('activityparties').count()).toBe(0)
  })

  it('stand as party lists in the definition and nowhere else', async () => {
    const definition = `EntityDefinitions(LogicalName='${table}')/Attributes`
    const lists = rowsOf(
      await send(emulator, 'GET', `${definition}?$select=LogicalName,AttributeType`),
    ).filter((attribute) => attribute.AttributeType === 'PartyList')
    expect(lists).toHaveLength(types.length)
    await create([])
    const row = await send(emulator, 'GET', path)
    for (const { LogicalName: name } of lists) {
      expect(row.json).not.toHaveProperty(String(name))
      expect((await send(emulator, 'GET', `${set}?$select=${name}`)).status).toBe(400)
      const written = await send(emulator, 'PATCH', path, { body: { [String(name)]: null } })
      expect(written.status).toBe(400)
    }
    const csdl = (await send(emulator, 'GET', '$metadata')).text
    const type = csdl.slice(csdl.indexOf(`<EntityType Name="${table}"`))
    const ownPart = type.slice(0, type.indexOf('</EntityType>'))
    expect(ownPart).toContain(`Name="${collection}" Type="Collection(mscrm.activityparty)"`)
    for (const { LogicalName: name } of lists) expect(ownPart).not.toContain(`<Property Name="${name}"`)
  })
})

describe('activity parties', () => {
  const email = (parties: readonly unknown[], more: object = {}) => ({
    activityid: guid(21),
    subject: 'S',
    email_activity_parties: parties,
    ...more,
  })

  it('can be users, accounts and bare addresses', async () => {
    const user = String(emulator.table('systemusers').rows()[0]?.systemuserid)
    const body = email([
      { 'partyid_systemuser@odata.bind': `systemusers(${user})`, participationtypemask: 1 },
      { 'partyid_account@odata.bind': `accounts(${guid(11)})`, participationtypemask: 2 },
      { addressused: 'x@y.example', unresolvedpartyname: 'X', participationtypemask: 3 },
    ])
    expect((await send(emulator, 'POST', 'emails', { body })).status).toBe(204)
    expect(await partiesOf(`emails(${guid(21)})`, 'email_activity_parties')).toEqual([
      `1:${user}`,
      `2:${guid(11)}`,
      '3:x@y.example',
    ])
    const byAccount = `accounts(${guid(11)})/account_activity_parties?$expand=activityid_email($select=subject)`
    expect(rowsOf(await send(emulator, 'GET', byAccount))).toMatchObject([
      { activityid_email: { subject: 'S' } },
    ])
  })

  it('are found by filters over the collection', async () => {
    await send(emulator, 'POST', 'emails', { body: email([contact(1, 2)]) })
    const filter = `email_activity_parties/any(p:p/_partyid_value eq ${guid(1)})`
    expect(rowsOf(await send(emulator, 'GET', `emails?$filter=${filter}`))).toHaveLength(1)
  })

  it('are neither written nor read one by one', async () => {
    await send(emulator, 'POST', 'emails', { body: email([contact(1, 2)]) })
    const [party] = rowsOf(await send(emulator, 'GET', 'activityparties?$filter=participationtypemask eq 2'))
    const path = `activityparties(${party?.activitypartyid})`
    const body = { ...contact(2, 2), 'activityid_email@odata.bind': `emails(${guid(21)})` }
    for (const [method, target] of [
      ['POST', 'activityparties'],
      ['PATCH', path],
      ['PATCH', `activityparties(${guid(99)})`],
      ['DELETE', path],
      ['GET', path],
    ] as const) {
      const answer = await send(
        emulator,
        method,
        target,
        method === 'POST' || method === 'PATCH' ? { body } : {},
      )
      expect([method, ...outcome(answer)]).toEqual([method, 400, '0x80040800'])
    }
    expect(() => emulator.table('activityparties').create(body)).toThrow('does not support')
    expect(await partiesOf(`emails(${guid(21)})`, 'email_activity_parties')).toEqual([`2:${guid(1)}`])
  })

  it('tell the owner and the regarding row, which follow the activity and outlast replacements', async () => {
    const type = async (): Promise<unknown[][]> =>
      rowsOf(await send(emulator, 'GET', 'activityparties'))
        .map((row) => [row.participationtypemask, row._partyid_value])
        .sort((a, b) => Number(a[0]) - Number(b[0]))
    const user = String(emulator.table('systemusers').rows()[0]?.systemuserid)
    const regarding = { 'regardingobjectid_account_email@odata.bind': `accounts(${guid(11)})` }
    await send(emulator, 'POST', 'emails', { body: email([], regarding) })
    expect(await type()).toEqual([
      [8, guid(11)],
      [9, user],
    ])
    const body = { value: [contact(1, 1)] }
    await send(emulator, 'PUT', `emails(${guid(21)})/email_activity_parties`, { body })
    await send(emulator, 'PATCH', `emails(${guid(21)})`, {
      body: { 'regardingobjectid_contact_email@odata.bind': `contacts(${guid(2)})` },
    })
    expect(await type()).toEqual([
      [1, guid(1)],
      [8, guid(2)],
      [9, user],
    ])
    await restart({ impliedParties: 'absent' })
    await send(emulator, 'POST', 'emails', { body: email([contact(1, 1)], regarding) })
    expect(await type()).toEqual([[1, guid(1)]])
  })

  it('have no user as owner when a team owns the activity', async () => {
    const team = String(emulator.table('teams').rows()[0]?.teamid)
    await send(emulator, 'POST', 'emails', { body: email([], { 'ownerid@odata.bind': `teams(${team})` }) })
    expect(emulator.table('activityparties').count()).toBe(0)
  })

  it('are tracked, deletions too', async () => {
    const tracked = { headers: { Prefer: 'odata.track-changes' } }
    await send(emulator, 'POST', 'emails', { body: email([contact(1, 2)]) })
    const first = await send(emulator, 'GET', 'activityparties?$select=participationtypemask', tracked)
    const before = rowsOf(first).find((row) => row.participationtypemask === 2)
    const body = { value: [contact(2, 2)] }
    await send(emulator, 'PUT', `emails(${guid(21)})/email_activity_parties`, { body })
    const delta = rowsOf(await send(emulator, 'GET', String(first.json['@odata.deltaLink'])))
    expect(delta).toEqual([
      expect.objectContaining({ participationtypemask: 2 }),
      expect.objectContaining({ id: before?.activitypartyid, reason: 'deleted' }),
    ])
  })

  it('are taken back with their changeset', async () => {
    await sendBatch(emulator, [
      [
        { method: 'POST', url: 'emails', body: email([contact(1, 2)]) },
        { method: 'PATCH', url: `contacts(${guid(1)})`, body: { nope: 1 } },
      ],
    ])
    expect(emulator.table('activityparties').count()).toBe(0)
    await sendBatch(emulator, [
      [
        { method: 'POST', url: 'emails', body: email([contact(1, 2)]), contentId: '1' },
        {
          method: 'PUT',
          url: `emails(${guid(21)})/email_activity_parties`,
          body: { value: [contact(2, 3)] },
          contentId: '2',
        },
      ],
    ])
    expect(await partiesOf(`emails(${guid(21)})`, 'email_activity_parties')).toEqual([`3:${guid(2)}`])
  })

  it('are kept in the state directory', async () => {
    const stateDirectory = temporaryFolder()
    await restart({ stateDirectory })
    await send(emulator, 'POST', 'emails', { body: email([contact(1, 2)]) })
    await restart({ stateDirectory })
    expect(await partiesOf(`emails(${guid(21)})`, 'email_activity_parties')).toEqual([`2:${guid(1)}`])
    await send(emulator, 'DELETE', `emails(${guid(21)})`)
    expect(emulator.table('activityparties').count()).toBe(0)
  })

  it('come to activities of your own, of every kind', async () => {
    await restart({
      tables: [
        {
          logicalName: 'new_visit',
          schemaName: 'new_Visit',
          isActivity: true,
          isCustom: true,
          columns: [{ logicalName: 'subject', type: 'string' }],
        },
      ],
    })
    const body = { activityid: guid(31), new_Visit_activity_parties: [contact(1, 7), contact(2, 13)] }
    expect((await send(emulator, 'POST', 'new_visits', { body })).status).toBe(204)
    expect(await partiesOf(`new_visits(${guid(31)})`, 'new_Visit_activity_parties')).toEqual([
      `13:${guid(2)}`,
      `7:${guid(1)}`,
    ])
    const expand = '$expand=activityid_new_visit_activityparty($select=activityid)'
    const [party] = rowsOf(
      await send(emulator, 'GET', `activityparties?$filter=participationtypemask eq 13&${expand}`),
    )
    expect(party).toMatchObject({ activityid_new_visit_activityparty: { activityid: guid(31) } })
  })
})
