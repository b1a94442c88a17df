import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, send } from './support/api.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator()
})
afterEach(() => emulator.close())

const names = (set: string, column: string) =>
  emulator
    .table(set)
    .rows()
    .map((row) => row[column])

describe('deep insert', () => {
  it('creates rows under lookups and collections, several levels deep', async () => {
    const answer = await send(emulator, 'POST', 'accounts', {
      body: {
        name: 'Root',
        primarycontactid: { firstname: 'Ada', lastname: 'Main' },
        opportunity_customer_accounts: [
          { name: 'First', Opportunity_Tasks: [{ subject: 'Call' }, { subject: 'Write' }] },
          { name: 'Second' },
        ],
      },
    })
    expect(answer.status).toBe(204)
    const [account] = emulator.table('accounts').rows()
    expect(answer.headers.get('odata-entityid')).toContain(String(account?.accountid))
    const [contact] = emulator.table('contacts').rows()
    expect(account).toMatchObject({ name: 'Root', _primarycontactid_value: contact?.contactid })
    const opportunities = emulator.table('opportunities').rows()
    expect(opportunities.map((row) => [row.name, row._customerid_value])).toEqual([
      ['First', account?.accountid],
      ['Second', account?.accountid],
    ])
    expect(
      emulator
        .table('tasks')
        .rows()
        .map((row) => [row.subject, row._regardingobjectid_value]),
    ).toEqual([
      ['Call', opportunities[0]?.opportunityid],
      ['Write', opportunities[0]?.opportunityid],
    ])
  })

  it('is one transaction', async () => {
    const version = emulator.history().length
    const answer = await send(emulator, 'POST', 'accounts', {
      body: {
        name: 'Root',
        contact_customer_accounts: [{ lastname: 'Good' }, { lastname: 'x'.repeat(500) }],
      },
    })
    expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80044331'])
    expect([names('accounts', 'name'), names('contacts', 'lastname')]).toEqual([[], []])
    expect(emulator.history()).toHaveLength(version)
  })

  it('works inside CreateMultiple and a PATCH that creates', async () => {
    const nested = { contact_customer_accounts: [{ lastname: 'Child' }] }
    await send(emulator, 'POST', 'accounts/Microsoft.Dynamics.CRM.CreateMultiple', {
      body: { Targets: [{ '@odata.type': 'Microsoft.Dynamics.CRM.account', name: 'A', ...nested }] },
    })
    expect(names('contacts', 'lastname')).toEqual(['Child'])
    const path = 'accounts(aaaaaaaa-0000-4000-8000-000000000001)'
    expect((await send(emulator, 'PATCH', path, { body: { name: 'B', ...nested } })).status).toBe(204)
    expect(names('contacts', 'lastname')).toEqual(['Child', 'Child'])
    expect((await send(emulator, 'PATCH', path, { body: nested })).status).toBe(400)
  })

  it('refuses what is no row and no list', async () => {
    for (const body of [
      { contact_customer_accounts: { lastname: 'x' } },
      { contact_customer_accounts: [5] },
      { primarycontactid: { nothing: 1 } },
    ]) {
      expect((await send(emulator, 'POST', 'accounts', { body })).status).toBe(400)
    }
    expect(names('accounts', 'name')).toEqual([])
  })
})

describe('binding a collection', () => {
  it('points rows that exist at the new row', async () => {
    const ids = ['A', 'B'].map((lastname) => emulator.table('contacts').create({ lastname }))
    const answer = await send(emulator, 'POST', 'accounts', {
      body: {
        name: 'Root',
        'contact_customer_accounts@odata.bind': ids.map((id) => `contacts(${id})`),
      },
    })
    expect(answer.status).toBe(204)
    const [account] = emulator.table('accounts').rows()
    expect(names('contacts', '_parentcustomerid_value')).toEqual([account?.accountid, account?.accountid])
  })

  it('is all or nothing, and only for new rows', async () => {
    const id = emulator.table('contacts').create({ lastname: 'A' })
    const bind = {
      'contact_customer_accounts@odata.bind': [`contacts(${id})`, `contacts(${id.replace(/^./, 'f')})`],
    }
    expect((await send(emulator, 'POST', 'accounts', { body: bind })).status).toBe(404)
    expect(names('contacts', '_parentcustomerid_value')).toEqual([null])
    const account = emulator.table('accounts').create({ name: 'A' })
    expect((await send(emulator, 'PATCH', `accounts(${account})`, { body: bind })).status).toBe(400)
  })
})
