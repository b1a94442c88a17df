// The code between the marks is what the README shows; a check of the repository compares the two.
import {
  createKeyResolver,
  createLegacyMessages,
  createRowTranslator,
  ensureKey,
  type Key,
  type KeyResolver,
  preflightKeys,
  ref,
  translateLegacyMessage,
} from '@deltaverse/alternate-keys'
import { createClient, type DataverseClient, type TokenCredential } from '@deltaverse/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service
let url: string
const credential: TokenCredential = {
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
}
const { signal } = new AbortController()

beforeEach(async () => {
  service = await startService()
  const { emulator } = service
  url = emulator.url
  emulator.table('contacts').create({ lastname: 'Lovelace', emailaddress1: 'ada@example.com' })
  emulator.table('new_regions').create({ new_name: 'North', new_code: 'NORTH' })
  emulator.table('accounts').create({ name: 'Alfa', accountnumber: 'A-1' })
})

afterEach(() => service.close())

const account = () => service.emulator.table('accounts').rows()[0]

describe('the README', () => {
  it('writes one row in one call', async () => {
    // example: oneCall
    const client = createClient({ url, credential })
    const resolver = createKeyResolver(client)
    const accounts = createRowTranslator(client, { table: 'account', resolver })

    const address = await resolver.address('account', { accountnumber: 'A-1' })
    const translated = await accounts.toWireRow({
      name: 'Alfa & Sons',
      primarycontactid: ref('contact', { emailaddress1: 'ada@example.com' }),
      new_regionid: ref('new_region', { new_code: 'NORTH' }),
      ownerid: ref('systemuser', { domainname: 'user@emulator.example' }),
      status: 'Inactive',
    })
    if ('path' in address && translated.status === 'translated') {
      const { path } = address // accounts(accountnumber='A-1')
      await client.request({ method: 'PATCH', path, headers: { 'if-match': '*' }, body: translated.row })
    }
    // end
    expect(account()).toMatchObject({ name: 'Alfa & Sons', statecode: 1, statuscode: 2 })
    expect(account()?._primarycontactid_value).toEqual(expect.any(String))
    expect(account()?._new_regionid_value).toEqual(expect.any(String))
    await client.close()
  })

  it('finds rows in bulk', async () => {
    const resolver = createKeyResolver(service.client)
    const rows = [{ email: 'ada@example.com' }, { email: 'nobody@example.com' }]
    const known = new Map<Key, string>()
    const strangers: Key[] = []
    // example: resolve
    const found = await resolver.resolveMany(
      'contact',
      rows.map(({ email }) => ({ emailaddress1: email })),
      { signal },
    )
    for (const { key, status, id } of found) {
      if (status === 'found') known.set(key, id)
      else strangers.push(key) // missing, ambiguous, or invalid: a part of the key is missing or of another type
    }
    // end
    expect([...known.keys()]).toEqual([{ emailaddress1: 'ada@example.com' }])
    expect(strangers).toEqual([{ emailaddress1: 'nobody@example.com' }])
  })

  it('looks after keys', async () => {
    const client: DataverseClient = service.client
    const resolver: KeyResolver = createKeyResolver(client)
    const lines: string[] = []
    const log = (line: string) => void lines.push(line)
    // example: keys
    const { ready, keys } = await preflightKeys(client, [
      { table: 'account', columns: ['accountnumber'] },
      { table: 'contact', columns: ['employeeid'] },
    ])
    if (!ready) for (const { table, readiness, advice } of keys) log(`${table}: ${readiness}. ${advice}`)

    await ensureKey(
      client,
      { table: 'contact', columns: ['employeeid'], schemaName: 'new_EmployeeKey' },
      { timeoutMs: 600_000, onProgress: ({ status }) => log(status), metadata: resolver.metadata, signal },
    )
    // end
    expect(lines).toEqual([
      'account: active. ',
      "contact: missing. Make the key (employeeid) of table 'contact' with ensureKey().",
      'Active',
    ])
  })

  it('does what the messages of old did', async () => {
    const client: DataverseClient = service.client
    const resolver: KeyResolver = createKeyResolver(client)
    const teamId = String(service.emulator.table('teams').rows()[0]?.teamid)
    const [userId, managerId] = service.emulator
      .table('systemusers')
      .rows()
      .map(({ systemuserid }) => String(systemuserid))
    // example: legacy
    const legacy = createLegacyMessages(client, { resolver })
    const target = ref('account', { accountnumber: 'A-1' })
    await client.request(await legacy.assign({ target, assignee: ref('team', teamId) }))
    await client.request(await legacy.setState({ target, state: 'Inactive' }))
    await client.request(
      await translateLegacyMessage(legacy, {
        message: 'SetParentSystemUser',
        parameters: { UserId: userId, ParentId: managerId },
      }),
    )
    // end
    expect(account()).toMatchObject({ _ownerid_value: teamId, statecode: 1 })
    expect(service.emulator.table('systemusers').get(userId!)).toMatchObject({
      _parentsystemuserid_value: managerId,
    })
  })
})
