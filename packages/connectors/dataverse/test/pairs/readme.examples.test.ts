// The code between the marks is what the documents show; a check of the repository compares the two.
import { createClient, type TokenCredential } from '@deltaverse/client'
import { createLinkWriter } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const leadId = '00000000-0000-4000-8000-000000000001'
const { signal } = new AbortController()
const credential: TokenCredential = {
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
}
const said: string[] = []
const report = (...words: unknown[]): void => void said.push(words.join(' '))

let emulator: Emulator
let url: string

beforeEach(async () => {
  emulator = await startEmulator({
    rows: {
      leads: [{ leadid: leadId, lastname: 'L' }],
      products: [{ productnumber: 'SKU-1', name: 'One' }],
    },
  })
  url = emulator.url
})

afterEach(() => emulator.close())

describe('the page on pairs', () => {
  it('makes pairs and takes them apart', async () => {
    // example: pairs
    const client = createClient({ url, credential })
    const links = createLinkWriter(client, { entitySet: 'leads', navigation: 'leadproduct_association' })

    const summary = await links.write(
      [
        { from: leadId, to: { productnumber: 'SKU-1' } },
        { kind: 'disassociate', from: leadId, to: { productnumber: 'SKU-2' } },
      ],
      {
        signal,
        onEvent(event) {
          if (event.kind === 'pair-failed') report(JSON.stringify(links.toDeadLetter(event.result)))
        },
      },
    )
    const { associated, disassociated, unchanged } = summary
    report(`${associated} made, ${disassociated} taken apart, ${unchanged} as they were`)
    // end
    expect(said).toEqual(['1 made, 0 taken apart, 1 as they were'])
    await client.close()
  })
})
