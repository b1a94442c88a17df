// The code between the marks is what the README shows; a check of the repository compares the two.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createKey } from '@deltaverse/alternate-keys'
import { createClient, type DataverseClient, type TokenCredential } from '@deltaverse/client'
import { createUpsertWriter, type DeadLetter, planWaves, writeWaves } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createMetadataReader } from '@deltaverse/metadata'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onFailedRows } from './told-rows.js'

interface Product {
  productnumber: string
  name: string
  price?: number
}

interface Line {
  Number: string
  lastname: string
  Company: string
  Born?: string
  Sex?: string
}

let emulator: Emulator
let url: string
let client: DataverseClient
let folder: string
const home = process.cwd()
const { signal } = new AbortController()
const credential: TokenCredential = {
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
}
const products: Product[] = Array.from({ length: 50 }, (_, at) => ({
  productnumber: `SKU-${at}`,
  name: `Product ${at}`,
}))
const said: string[] = []
const report = (...words: unknown[]) => said.push(words.join(' '))

beforeEach(async () => {
  emulator = await startEmulator({ organization: { createproductswithoutparentinactivestate: true } })
  url = emulator.url
  client = createClient({ url })
  folder = await mkdtemp(join(tmpdir(), 'writer-'))
  process.chdir(folder)
  said.length = 0
})

afterEach(async () => {
  process.chdir(home)
  await client.close()
  await emulator.close()
  await rm(folder, { recursive: true })
})

const rowsOf = (table: string) => emulator.table(table).rows()

describe('the README', () => {
  it('writes rows and keeps dead letters', async () => {
    // example: write
    const client = createClient({ url, credential })
    const writer = createUpsertWriter<Product>(client, { entitySet: 'products', key: ['productnumber'] })

    const deadLetters = createWriteStream('dead-letters.ndjson')
    const summary = await writer.write(products, {
      signal,
      onEvent(event) {
        if (event.kind !== 'row-failed') return
        deadLetters.write(`${JSON.stringify(writer.toDeadLetter(event.result))}\n`)
      },
    })
    deadLetters.end()
    report(`${summary.upserted} written, ${summary.failed} failed, in ${summary.requests} requests`)
    // end
    await new Promise<void>((resolve) => deadLetters.once('close', () => resolve()))
    expect(said).toEqual(['50 written, 0 failed, in 1 requests'])
    await client.close()
  })

  it("takes rows in people's words, and says of each row that fails what to do", async () => {
    await createKey(client, { table: 'contact', columns: ['employeeid'], schemaName: 'new_employeeid' })
    emulator.advanceKeyIndexes()
    emulator.advanceKeyIndexes()
    emulator.table('accounts').create({ accountnumber: 'A-1', name: 'Acme' })
    const lines = [
      { Number: 'E-1', lastname: 'Ann', Company: 'A-1', Born: '01.06.1979', Sex: 'Female' },
      { Number: 'E-2', lastname: 'Bob', Company: 'A-9' },
    ]
    // example: words
    const people = createUpsertWriter<Line>(client, {
      entitySet: 'contacts',
      key: ['employeeid'],
      translate: {
        columns: {
          employeeid: { from: 'Number' },
          parentcustomerid: { from: 'Company', find: 'account.accountnumber' },
          birthdate: { from: 'Born', format: 'dd.MM.yyyy' },
          gendercode: { from: 'Sex' },
        },
      },
    })
    for await (const result of people.results(lines)) {
      if (result.status !== 'failed') continue
      for (const { from, value, message, remedy } of result.problems) report(from, value, message, remedy)
    }
    // end
    expect(said).toEqual([
      "Company A-9 there is no row account(accountnumber='A-9') create that row first, or correct the value",
    ])
    expect(rowsOf('contacts')).toContainEqual(
      expect.objectContaining({ employeeid: 'E-1', lastname: 'Ann', birthdate: '1979-06-01', gendercode: 2 }),
    )
  })

  it('gives results, and takes rows from a file', async () => {
    await writeFile('products.ndjson', products.map((each) => JSON.stringify(each)).join('\n'))
    const writer = createUpsertWriter<Product>(client, { entitySet: 'products', key: ['productnumber'] })
    // example: results
    async function* rowsOfFile(name: string): AsyncGenerator<Product> {
      for await (const line of createInterface({ input: createReadStream(name) })) yield JSON.parse(line)
    }

    for await (const result of writer.results(rowsOfFile('products.ndjson'), { signal })) {
      if (result.status === 'failed') report(result.index, result.key, result.error?.message)
    }
    // end
    expect(rowsOf('products')).toHaveLength(50)
    expect(said).toEqual([])
  })

  it('replays corrected rows', async () => {
    const writer = createUpsertWriter<Product>(client, { entitySet: 'products', key: ['productnumber'] })
    const letters: DeadLetter<Product>[] = []
    await writer.write([{ productnumber: 'SKU-1', name: 'x'.repeat(101) }], {
      ...onFailedRows<Product>((result) => void letters.push(writer.toDeadLetter(result))),
    })
    // example: replay
    const corrected = letters.map((letter) => ({
      ...letter,
      row: { ...letter.row, name: letter.row.name.slice(0, 100) },
    }))
    await writer.replay(corrected)
    // end
    expect(rowsOf('products')).toHaveLength(1)
  })

  it('writes only what changed, and deactivates what is gone', async () => {
    emulator.table('products').create({ productnumber: 'SKU-old', name: 'old' })
    const gone = [{ productnumber: 'SKU-old' }]
    const key = ['productnumber']
    // example: night
    const nightly = createUpsertWriter<Product>(client, { entitySet: 'products', key, skipUnchanged: true })
    for await (const planned of nightly.dryRun(products)) {
      report(planned.key.productnumber, planned.plan, planned.columns)
    }
    await nightly.write(products)

    const retire = createUpsertWriter(client, { entitySet: 'products', key, operation: 'deactivate' })
    await retire.write(gone)
    // end
    expect(said).toHaveLength(50)
    expect(rowsOf('products').filter(({ statecode }) => statecode === 1)).toHaveLength(1)
    expect(await nightly.write(products)).toMatchObject({ unchanged: 50, requests: 0 })
  })

  it('writes parents before children', async () => {
    const accounts = [{ accountid: crypto.randomUUID(), name: 'Contoso' }]
    const contacts = [
      {
        contactid: crypto.randomUUID(),
        lastname: 'Lovelace',
        'parentcustomerid_account@odata.bind': `accounts(${accounts[0]!.accountid})`,
      },
    ]
    // example: waves
    const metadata = createMetadataReader(client)
    const plan = planWaves([await metadata.tableOfSet('contacts'), await metadata.tableOfSet('accounts')])
    const summaries = await writeWaves(client, plan, [
      { entitySet: 'contacts', rows: () => contacts },
      { entitySet: 'accounts', rows: () => accounts },
    ])
    for (const { entitySet, wave, rows } of summaries) report(wave, entitySet, rows.upserted, rows.failed)
    // end
    expect(said).toEqual(['0 accounts 1 0', '1 contacts 1 0'])
    expect(rowsOf('contacts')[0]).toMatchObject({ _parentcustomerid_value: accounts[0]!.accountid })
  })

  it('writes activities with their parties', async () => {
    await createKey(client, { table: 'contact', columns: ['emailaddress1'], schemaName: 'new_Address' })
    const contacts = createUpsertWriter(client, { entitySet: 'contacts', key: ['emailaddress1'] })
    await contacts.write([{ emailaddress1: 'ada@x.example', lastname: 'A' }])
    const activityid = '00000000-0000-4000-8000-000000000001'
    const userId = String(rowsOf('systemusers')[0]?.systemuserid)
    // example: parties
    const emails = createUpsertWriter(client, { entitySet: 'emails', skipUnchanged: true })
    const sender = { 'partyid_systemuser@odata.bind': `systemusers(${userId})`, participationtypemask: 1 }
    const to = "contacts(emailaddress1='ada@x.example')"
    await emails.write([
      {
        activityid,
        subject: 'Offer',
        email_activity_parties: [
          sender,
          { 'partyid_contact@odata.bind': to, participationtypemask: 2 },
          { addressused: 'someone@y.example', participationtypemask: 3 },
        ],
      },
    ])
    // end
    const kinds = rowsOf('activityparties').map((party) => party.participationtypemask)
    expect(kinds).toEqual(expect.arrayContaining([1, 2, 3]))
  })
})
