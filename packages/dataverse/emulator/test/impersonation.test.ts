import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { sendBatch } from './support/batch.js'

let emulator: Emulator
let ada: string
let caller: string
const objectId = 'BBBBBBBB-0000-4000-8000-000000000001'

beforeEach(async () => {
  emulator = await startEmulator()
  caller = String((await send(emulator, 'GET', 'WhoAmI')).json.UserId)
  ada = emulator.table('systemusers').create({
    firstname: 'Ada',
    lastname: 'Acting',
    azureactivedirectoryobjectid: objectId,
    'businessunitid@odata.bind': `businessunits(${String(emulator.table('businessunits').rows()[0]?.businessunitid)})`,
  })
})
afterEach(() => emulator.close())

const account = (number: number) => emulator.table('accounts').get(guid(number))
const create = (number: number, headers: Record<string, string> = {}) =>
  send(emulator, 'POST', 'accounts', { body: { accountid: guid(number), name: 'A' }, headers })

describe('impersonation', () => {
  it.each([
    ['CallerObjectId', () => objectId],
    ['MSCRMCallerID', () => ada.toUpperCase()],
  ])('by %s: rows carry the name of one user on behalf of the other', async (header, value) => {
    expect((await create(1, { [header]: value() })).status).toBe(204)
    expect(account(1)).toMatchObject({
      _createdby_value: ada,
      _modifiedby_value: ada,
      _ownerid_value: ada,
      _createdonbehalfby_value: caller,
      _modifiedonbehalfby_value: caller,
    })
    await send(emulator, 'PATCH', `accounts(${guid(1)})`, { body: { name: 'B' } })
    expect(account(1)).toMatchObject({
      _createdby_value: ada,
      _modifiedby_value: caller,
      _modifiedonbehalfby_value: null,
    })
  })

  it('is over with its request, also when that fails, and WhoAmI ignores it', async () => {
    const headers = { CallerObjectId: objectId }
    expect((await send(emulator, 'POST', 'accounts', { body: { nothing: 1 }, headers })).status).toBe(400)
    await create(1)
    expect(account(1)).toMatchObject({ _createdby_value: caller, _createdonbehalfby_value: null })
    expect((await send(emulator, 'GET', 'WhoAmI', { headers })).json.UserId).toBe(caller)
  })

  it('is for the parts of a batch that ask for it', async () => {
    const part = (number: number, headers: Record<string, string>) => ({
      method: 'POST',
      url: 'accounts',
      body: { accountid: guid(number) },
      headers,
    })
    await sendBatch(emulator, [[part(1, { CallerObjectId: objectId }), part(2, {})]])
    expect([account(1)?._createdby_value, account(2)?._createdby_value]).toEqual([ada, caller])
  })

  it('of oneself leaves no trace: nobody acted on behalf of another', async () => {
    for (const [number, headers] of [{ MSCRMCallerID: caller }, { CallerObjectId: objectId }].entries()) {
      if ('CallerObjectId' in headers) {
        emulator.table('systemusers').update(ada, { azureactivedirectoryobjectid: null })
        emulator.table('systemusers').update(caller, { azureactivedirectoryobjectid: objectId })
      }
      expect((await create(number, headers)).status).toBe(204)
      await send(emulator, 'PATCH', `accounts(${guid(number)})`, { body: { name: 'B' }, headers })
      expect(account(number)).toMatchObject({
        _createdby_value: caller,
        _modifiedby_value: caller,
        _createdonbehalfby_value: null,
        _modifiedonbehalfby_value: null,
      })
    }
  })

  it('decides who "me" is in filters', async () => {
    await create(1, { CallerObjectId: objectId })
    await create(2)
    const path =
      "accounts?$select=accountid&$filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')"
    const mine = await send(emulator, 'GET', path, { headers: { CallerObjectId: objectId } })
    expect(rowsOf(mine).map((row) => row.accountid)).toEqual([guid(1)])
  })

  it('of nobody is refused', async () => {
    for (const headers of [{ CallerObjectId: guid(9) }, { MSCRMCallerID: guid(9) }] as Record<
      string,
      string
    >[]) {
      const answer = await create(1, headers)
      expect([answer.status, errorOf(answer).code]).toEqual([403, '0x80072560'])
    }
    expect(account(1)).toBeUndefined()
  })
})

describe('the log of requests', () => {
  it('keeps the headers that ask for special treatment, and no secrets', async () => {
    await create(1, {
      'MSCRM.BypassBusinessLogicExecution': 'CustomSync,CustomAsync',
      'MSCRM.SuppressCallbackRegistrationExpanderJob': 'true',
      Authorization: 'Bearer secret',
      Cookie: 'ARRAffinity=x',
    })
    const { headers } = emulator.requests.at(-1)!
    expect(headers).toMatchObject({
      'mscrm.bypassbusinesslogicexecution': 'CustomSync,CustomAsync',
      'mscrm.suppresscallbackregistrationexpanderjob': 'true',
    })
    expect(JSON.stringify(headers)).not.toMatch(/secret|ARRAffinity/)
  })

  it('keeps the parts of batches, and the tag in the URL', async () => {
    const tagged = {
      method: 'POST',
      url: 'accounts?tag=sync',
      body: { name: 'A' },
      headers: { 'MSCRM.X': '1' },
    }
    await sendBatch(emulator, [tagged, { method: 'GET', url: 'nothings' }, tagged])
    expect(emulator.requests.at(-1)?.parts).toMatchObject([
      { method: 'POST', url: '/api/data/v9.2/accounts?tag=sync', status: 204, headers: { 'mscrm.x': '1' } },
      { method: 'GET', status: 404 },
    ])
    const body = { name: 'A' }
    expect((await send(emulator, 'POST', 'accounts?tag=sync', { body })).status).toBe(204)
    const representation = { Prefer: 'return=representation' }
    expect(
      (await send(emulator, 'POST', 'accounts?tag=sync', { body, headers: representation })).status,
    ).toBe(201)
  })
})
