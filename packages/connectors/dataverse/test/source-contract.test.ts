import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { idOf, type SourceHarness, sourceContract } from '@deltaverse/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'

let emulator: Emulator
let client: DataverseClient

beforeAll(async () => {
  emulator = await startEmulator()
  client = createClient({ url: emulator.url })
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

describe.each([
  ['all columns', undefined],
  ['some columns', ['name']],
] as const)('createChangeFeed() as a source, with %s', (_, select) => {
  for (const { name, run } of sourceContract(harness({ select }))) it(name, run)
})

/** The accounts of one emulator, emptied for each case. */
function harness(options: object): SourceHarness {
  const open = () => createChangeFeed(client, { entitySet: 'accounts', pageSize: 3, ...options })
  const accounts = () => emulator.table('accounts')
  return {
    create() {
      for (const { accountid } of accounts().rows()) accounts().remove(String(accountid))
      return open()
    },
    reopen: open,
    upsert(number, name) {
      const id = idOf(number)
      if (accounts().get(id) === undefined) accounts().create({ accountid: id, name })
      else accounts().update(id, { name })
      return id
    },
    remove: (number) => accounts().remove(idOf(number)),
    forget: () => emulator.deltaTokens.expireAll(),
  }
}
