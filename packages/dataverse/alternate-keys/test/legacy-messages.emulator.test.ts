import {
  createLegacyMessages,
  type LegacyMessage,
  type LegacyMessages,
  ref,
  toUpdateSteps,
  translateLegacyMessage,
} from '@deltaverse/alternate-keys'
import type { DataverseRequest } from '@deltaverse/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service
let legacy: LegacyMessages
let account: string
const unit = ref('businessunit', '5f0f1d5e-0000-4000-8000-000000000002')
const team = ref('team', '5f0f1d5e-0000-4000-8000-000000000005')
const user = ref('systemuser', { domainname: 'user@emulator.example' })

beforeEach(async () => {
  service = await startService()
  legacy = createLegacyMessages(service.client)
  account = service.emulator.table('accounts').create({ name: 'Alfa', accountnumber: 'A-1' })
})

afterEach(() => service.close())

async function send(request: DataverseRequest): Promise<void> {
  await (await service.client.request(request)).discard()
}

const translate = (message: string, parameters: LegacyMessage['parameters']) =>
  translateLegacyMessage(legacy, { message, parameters })

describe('createLegacyMessages()', () => {
  it('assigns a row by an update of its owner that cannot create the row', async () => {
    const request = await legacy.assign({ target: ref('account', { accountnumber: 'A-1' }), assignee: team })
    expect(request).toEqual({
      method: 'PATCH',
      path: "accounts(accountnumber='A-1')",
      headers: { 'if-match': '*' },
      body: { 'ownerid@odata.bind': `teams(${team.key})` },
    })
    await send(request)
    expect(service.emulator.table('accounts').get(account)).toMatchObject({ _ownerid_value: team.key })
    const nobody = legacy.assign({ target: ref('account', { accountnumber: 'A-9' }), assignee: team })
    await expect(nobody.then(send)).rejects.toMatchObject({ code: 'not-found' })
    expect(service.emulator.table('accounts').count()).toBe(1)
  })

  it('sets state and status as a pair', async () => {
    await send(await legacy.setState({ target: ref('account', account), state: 'Inactive' }))
    expect(service.emulator.table('accounts').get(account)).toMatchObject({ statecode: 1, statuscode: 2 })
    const wrong = legacy.setState({ target: ref('account', account), state: 'Asleep' })
    await expect(wrong).rejects.toMatchObject({ code: 'row-rejected' })
    await expect(legacy.setState({ target: ref('account', account) })).rejects.toMatchObject({
      code: 'bad-request',
    })
  })

  it('refuses the states that need an action, and offers the action', async () => {
    const id = service.emulator.table('opportunities').create({ name: 'Deal' })
    const target = ref('opportunity', id)
    await expect(legacy.setState({ target, status: 'Won' })).rejects.toThrow(/WinOpportunity/)
    expect(await legacy.close({ target, state: 'Lost', subject: 'Too dear' })).toEqual({
      method: 'POST',
      path: 'LoseOpportunity',
      body: {
        Status: 4,
        OpportunityClose: { subject: 'Too dear', 'opportunityid@odata.bind': `opportunities(${id})` },
      },
    })
    const activity = { actualrevenue: 5, 'opportunityid@odata.bind': 'opportunities(another)' }
    expect(await legacy.close({ target, status: 'Won', activity })).toMatchObject({
      path: 'WinOpportunity',
      body: {
        Status: 3,
        OpportunityClose: {
          subject: 'WinOpportunity',
          actualrevenue: 5,
          'opportunityid@odata.bind': `opportunities(${id})`,
        },
      },
    })
    await expect(legacy.close({ target, status: 'On Hold' })).rejects.toThrow(/setState/)
    const won = service.emulator.table('opportunities').create({ name: 'Another' })
    await send(await legacy.close({ target: ref('opportunity', { name: 'another' }), status: 'Won' }))
    expect(service.emulator.table('opportunities').get(won)).toMatchObject({ statecode: 1, statuscode: 3 })
    expect(await legacy.setState({ target, status: 'On Hold' })).toMatchObject({
      body: { statecode: 0, statuscode: 2 },
    })
    const gone = ref('opportunity', { name: 'Nothing' })
    await expect(legacy.close({ target: gone, state: 1 })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('moves users, teams, business units and equipment', async () => {
    const child = service.emulator
      .table('businessunits')
      .create({ name: 'North', 'parentbusinessunitid@odata.bind': `businessunits(${unit.key})` })
    const van = service.emulator
      .table('equipments')
      .create({ name: 'Van', 'businessunitid@odata.bind': `businessunits(${unit.key})` })
    const north = ref('businessunit', child)
    for (const request of [
      await legacy.setParentTeam({ team, businessUnit: unit }),
      await legacy.setBusinessEquipment({ equipment: ref('equipment', van), businessUnit: north }),
      await legacy.setParentBusinessUnit({ businessUnit: north, parent: unit }),
      await legacy.setBusinessSystemUser({ user, businessUnit: north }),
      await legacy.setParentSystemUser({ user, parent: null }),
    ]) {
      await send(request)
    }
    expect(service.emulator.table('equipments').get(van)).toMatchObject({ _businessunitid_value: child })
    await expect(legacy.setParentTeam({ team: user, businessUnit: unit })).rejects.toThrow(/table 'team'/)
  })
})

describe('translateLegacyMessage()', () => {
  it('takes messages under the names of the SDK', async () => {
    expect(
      await translate('AssignRequest', {
        Target: { LogicalName: 'account', Id: account },
        Assignee: user,
      }),
    ).toMatchObject({ path: `accounts(${account})` })
    expect(
      await translate('SetState', {
        EntityMoniker: { LogicalName: 'account', Id: account },
        State: { Value: 1 },
        Status: { Value: -1 },
      }),
    ).toMatchObject({ body: { statecode: 1, statuscode: 2 } })
    expect(await translate('SetParentTeam', { TeamId: team.key, BusinessId: unit.key })).toMatchObject({
      path: `teams(${team.key})`,
      body: { 'businessunitid@odata.bind': `businessunits(${unit.key})` },
    })
    expect(await translate('SetBusinessUnit', { UserId: user, BusinessId: unit.key })).toMatchObject({
      path: "systemusers(domainname='user%40emulator.example')",
    })
  })

  const other = '5f0f1d5e-0000-4000-8000-0000000000aa'
  const own = "systemusers(domainname='user%40emulator.example')"
  it.each<[string, LegacyMessage['parameters'], string, object]>([
    [
      'SetStateDynamicEntity',
      { EntityMoniker: ref('account', { accountnumber: 'A-1' }), State: 'Inactive', Status: 2 },
      "accounts(accountnumber='A-1')",
      { statecode: 1, statuscode: 2 },
    ],
    [
      'SetParentSystemUser',
      { UserId: user, ParentId: other, KeepChildUsers: false },
      own,
      { 'parentsystemuserid@odata.bind': `systemusers(${other})` },
    ],
    ['setparentsystemuserrequest', { UserId: user }, own, { 'parentsystemuserid@odata.bind': null }],
    [
      'SetBusinessSystemUser',
      { UserId: other, BusinessId: unit },
      `systemusers(${other})`,
      { 'businessunitid@odata.bind': `businessunits(${unit.key})` },
    ],
    [
      'SetParentBusinessUnit',
      { BusinessUnitId: other, ParentId: unit },
      `businessunits(${other})`,
      { 'parentbusinessunitid@odata.bind': `businessunits(${unit.key})` },
    ],
    [
      'SetBusinessEquipment',
      { EquipmentId: { LogicalName: 'equipment', Id: other }, BusinessUnitId: unit },
      `equipments(${other})`,
      { 'businessunitid@odata.bind': `businessunits(${unit.key})` },
    ],
  ])('makes an update of %s', async (message, parameters, path, body) => {
    const headers = { 'if-match': '*' }
    expect(await translate(message, parameters)).toEqual({ method: 'PATCH', path, headers, body })
  })

  it('refuses what no update can express', async () => {
    await expect(
      translate('SetBusinessSystemUser', {
        UserId: user,
        BusinessId: unit,
        ReassignPrincipal: ref('team', other),
      }),
    ).rejects.toThrow(/ReassignPrincipal/)
    const opportunity = service.emulator.table('opportunities').create({ name: 'Deal' })
    await expect(
      translate('SetState', { EntityMoniker: ref('opportunity', opportunity), State: 1, Status: 3 }),
    ).rejects.toThrow(/WinOpportunity/)
    await expect(translate('Merge', {})).rejects.toThrow(/none of the messages/)
    await expect(translate('Assign', { Target: ref('account', account) })).rejects.toThrow(
      /needs .* Assignee/,
    )
    await expect(translate('Assign', { Target: account, Assignee: user })).rejects.toThrow(/no reference/)
    await expect(
      translate('SetParentSystemUser', { UserId: user, ParentId: user, KeepChildUsers: true }),
    ).rejects.toThrow(/KeepChildUsers/)
  })
})

describe('toUpdateSteps()', () => {
  const row = { name: 'x', statecode: 1, statuscode: 2, 'ownerid@odata.bind': 'teams(1)' }

  it('divides where the table demands it', () => {
    expect(toUpdateSteps('account', row)).toEqual([row])
    expect(toUpdateSteps('sla', row)).toEqual([
      { name: 'x', 'ownerid@odata.bind': 'teams(1)' },
      { statecode: 1, statuscode: 2 },
    ])
    expect(toUpdateSteps('routingrule', { statecode: 1 })).toEqual([{ statecode: 1 }])
  })

  it('divides everywhere when asked to', () => {
    expect(toUpdateSteps('account', row, { apart: true })).toEqual([
      { name: 'x' },
      { 'ownerid@odata.bind': 'teams(1)' },
      { statecode: 1, statuscode: 2 },
    ])
    expect(toUpdateSteps('account', { name: 'x' }, { apart: true })).toEqual([{ name: 'x' }])
  })
})
