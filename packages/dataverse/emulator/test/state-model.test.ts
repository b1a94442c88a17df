import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator, type TableDefinition } from '../src/index.js'
import { errorOf, guid, send } from './support/api.js'

const name = { logicalName: 'new_name', type: 'string' } as const
const status = (value: number, state: number, transitions?: number[]) => ({
  value,
  state,
  label: `S${value}`,
  ...(transitions === undefined ? {} : { transitions }),
})

const steps: TableDefinition = {
  logicalName: 'new_step',
  schemaName: 'new_Step',
  isCustom: true,
  stateRules: { inactiveReadOnly: true, ownerApart: true },
  columns: [
    name,
    {
      logicalName: 'statuscode',
      type: 'status',
      options: [status(1, 0, [3]), status(3, 0, [2]), status(2, 1)],
    },
  ],
}

const incident: TableDefinition = {
  logicalName: 'incident',
  schemaName: 'Incident',
  stateRules: { byActionOnly: [1] },
  columns: [
    { logicalName: 'title', type: 'string' },
    {
      logicalName: 'statecode',
      type: 'state',
      options: [
        { value: 0, label: 'Active', defaultStatus: 1 },
        { value: 1, label: 'Resolved', defaultStatus: 5 },
        { value: 2, label: 'Cancelled', defaultStatus: 6 },
      ],
    },
    { logicalName: 'statuscode', type: 'status', options: [status(1, 0), status(5, 1), status(6, 2)] },
  ],
}

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ tables: [steps, incident] })
})
afterEach(() => emulator.close())

type Answer = Awaited<ReturnType<typeof send>>
const outcome = (answer: Answer) => [answer.status, errorOf(answer).code]
const patch = (path: string, body: object) => send(emulator, 'PATCH', path, { body })
const post = (path: string, body: object) => send(emulator, 'POST', path, { body })

describe('a new row', () => {
  it('begins in the initial state, whatever the body says', async () => {
    const path = `accounts(${guid(1)})`
    expect((await patch(path, { name: 'A', statecode: 1 })).status).toBe(204)
    expect(emulator.table('accounts').get(guid(1))).toMatchObject({ statecode: 0, statuscode: 1 })
  })

  it.each([
    ['POST', () => post('accounts', { accountid: guid(1), statecode: 1, statuscode: 2 })],
    ['an upsert', () => patch(`accounts(${guid(1)})`, { statecode: 1, statuscode: 2 })],
    [
      'UpsertMultiple',
      () =>
        post('accounts/Microsoft.Dynamics.CRM.UpsertMultiple', {
          Targets: [
            {
              '@odata.type': 'Microsoft.Dynamics.CRM.account',
              accountid: guid(1),
              statecode: 1,
              statuscode: 2,
            },
          ],
        }),
    ],
  ])('is refused with a status of another state: %s', async (_, create) => {
    const answer = await create()
    expect(outcome(answer)).toEqual([400, '0x80048408'])
    expect(errorOf(answer).message).toBe(
      `2 is not a valid status code for state code AccountState.Active on account with Id ${guid(1)}.`,
    )
  })

  it('may pass as an update with the body that fails as a create', async () => {
    emulator.table('accounts').create({ accountid: guid(1) })
    expect((await patch(`accounts(${guid(1)})`, { statecode: 1, statuscode: 2 })).status).toBe(204)
    expect(emulator.table('accounts').get(guid(1))).toMatchObject({ statecode: 1, statuscode: 2 })
  })
})

describe('an update', () => {
  it('of the state alone brings its default status', async () => {
    const id = emulator.table('tasks').create({ subject: 'A' })
    await patch(`tasks(${id})`, { statecode: 1 })
    expect(emulator.table('tasks').get(id)).toMatchObject({ statecode: 1, statuscode: 5 })
  })

  it('of a status within its state is accepted, to one of another state refused', async () => {
    const id = emulator.table('tasks').create({ subject: 'A' })
    expect((await patch(`tasks(${id})`, { statuscode: 4 })).status).toBe(204)
    expect(outcome(await patch(`tasks(${id})`, { statuscode: 5 }))).toEqual([400, '0x80048408'])
    expect(outcome(await patch(`tasks(${id})`, { statecode: 1, statuscode: 4 }))).toEqual([400, '0x80048408'])
    expect(outcome(await patch(`tasks(${id})`, { statecode: 9 }))).toEqual([400, '0x80048408'])
  })

  it('follows the transitions of the table', async () => {
    const id = emulator.table('new_steps').create({ new_name: 'A' })
    expect(outcome(await patch(`new_steps(${id})`, { statecode: 1, statuscode: 2 }))).toEqual([
      400,
      '0x80048408',
    ])
    for (const body of [
      { statuscode: 3 },
      { statuscode: 3 },
      { statecode: 1, statuscode: 2 },
      { statecode: 0 },
    ]) {
      expect((await patch(`new_steps(${id})`, body)).status).toBe(204)
    }
    expect(emulator.table('new_steps').get(id)).toMatchObject({ statecode: 0, statuscode: 1 })
  })

  it('of an inactive row is refused where the table says so, until it is active again', async () => {
    const id = emulator.table('new_steps').create({ new_name: 'A' })
    await patch(`new_steps(${id})`, { statuscode: 3 })
    await patch(`new_steps(${id})`, { statecode: 1 })
    for (const body of [{ new_name: 'B' }, { new_name: 'B', statecode: 0 }]) {
      expect(outcome(await patch(`new_steps(${id})`, body))).toEqual([400, '0x80040230'])
    }
    expect((await patch(`new_steps(${id})`, { statecode: 0, statuscode: 1 })).status).toBe(204)
    expect((await patch(`new_steps(${id})`, { new_name: 'B' })).status).toBe(204)
    const account = emulator.table('accounts').create({ name: 'A' })
    await patch(`accounts(${account})`, { statecode: 1 })
    expect((await patch(`accounts(${account})`, { name: 'B' })).status).toBe(204)
  })

  it('of owner and state at once is refused where the table says so', async () => {
    const id = emulator.table('new_steps').create({ new_name: 'A' })
    const [team] = emulator.table('teams').rows()
    const owner = { 'ownerid@odata.bind': `teams(${String(team?.teamid)})` }
    expect((await patch(`new_steps(${id})`, { ...owner, statuscode: 3 })).status).toBe(400)
    expect((await patch(`new_steps(${id})`, owner)).status).toBe(204)
    expect((await patch(`new_steps(${id})`, { statuscode: 3 })).status).toBe(204)
  })

  it('bumps version and modification time even for equal values', async () => {
    const id = emulator.table('accounts').create({ name: 'A' })
    const before = emulator.table('accounts').get(id)?.versionnumber as bigint
    await patch(`accounts(${id})`, { name: 'A' })
    expect(emulator.table('accounts').get(id)?.versionnumber).toBe(before + 1n)
  })
})

describe('closing', () => {
  const close = (id: string, Status: number) => ({
    Status,
    OpportunityClose: { subject: 'Done', 'opportunityid@odata.bind': `opportunities(${id})` },
  })

  it('an opportunity by an update is refused', async () => {
    const id = emulator.table('opportunities').create({ name: 'A' })
    for (const body of [{ statecode: 1 }, { statecode: 2, statuscode: 4 }]) {
      expect(outcome(await patch(`opportunities(${id})`, body))).toEqual([400, '0x80100005'])
    }
    expect((await patch(`opportunities(${id})`, { statuscode: 2 })).status).toBe(204)
  })

  it.each([
    ['WinOpportunity', 3, 1],
    ['LoseOpportunity', 5, 2],
  ])('it with %s answers 204; then it is read-only', async (action, code, state) => {
    const id = emulator.table('opportunities').create({ name: 'A' })
    expect(await post(action, close(id, code))).toMatchObject({ status: 204, text: '' })
    expect(emulator.table('opportunities').get(id)).toMatchObject({ statecode: state, statuscode: code })
    expect(outcome(await patch(`opportunities(${id})`, { name: 'B' }))).toEqual([400, '0x80040230'])
    emulator.table('accounts').create({ accountid: guid(1) })
  })

  it('refuses statuses of other states, missing rows and incomplete bodies', async () => {
    const id = emulator.table('opportunities').create({ name: 'A' })
    expect(outcome(await post('WinOpportunity', close(id, 4)))).toEqual([400, '0x80048408'])
    expect(outcome(await post('WinOpportunity', close(guid(9), 3)))).toEqual([404, '0x80040217'])
    expect(outcome(await post('WinOpportunity', { Status: 3 }))).toEqual([400, '0x80048d19'])
    expect(outcome(await post('WinOpportunity', { Status: 3, OpportunityClose: {} }))).toEqual([
      400,
      '0x80048d19',
    ])
    expect((await send(emulator, 'GET', 'WinOpportunity')).status).toBe(405)
  })

  it('a case needs its table', async () => {
    const id = emulator.table('incidents').create({ title: 'A' })
    const body = {
      Status: 5,
      IncidentResolution: { subject: 'x', 'incidentid@odata.bind': `incidents(${id})` },
    }
    expect(outcome(await patch(`incidents(${id})`, { statecode: 1 }))).toEqual([400, '0x80100005'])
    expect((await post('CloseIncident', body)).status).toBe(204)
    expect(emulator.table('incidents').get(id)).toMatchObject({ statecode: 1, statuscode: 5 })
    const other = emulator.table('incidents').create({ title: 'B' })
    expect((await patch(`incidents(${other})`, { statecode: 2 })).status).toBe(204)
    await emulator.close()
    emulator = await startEmulator()
    expect((await post('CloseIncident', body)).status).toBe(501)
    expect((await post('WinQuote', {})).status).toBe(501)
  })
})

it('a deletion unlinks rows that are read-only too', async () => {
  const account = emulator.table('accounts').create({ name: 'A' })
  const id = emulator.table('opportunities').create({
    name: 'A',
    'parentaccountid@odata.bind': `accounts(${account})`,
  })
  await post('WinOpportunity', {
    Status: 3,
    OpportunityClose: { 'opportunityid@odata.bind': `opportunities(${id})` },
  })
  expect((await send(emulator, 'DELETE', `accounts(${account})`)).status).toBe(204)
  expect(emulator.table('opportunities').get(id)?._parentaccountid_value).toBeNull()
})
