import { createKeyResolver, createRowTranslator, ref } from '@deltaverse/alternate-keys'
import { isSendableText } from '@deltaverse/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service

beforeAll(async () => {
  service = await startService()
})

afterAll(() => service.close())

const awkward = fc.constantFrom(
  "'",
  "''",
  '"',
  '%',
  '%27',
  '/',
  '\\',
  '#',
  '?',
  '&',
  '+',
  ')',
  '(',
  ',',
  '=',
  ' ',
  'ß',
  'é',
  '😀',
  '\n',
)
const email = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => `${parts.join('')}x`)
  .filter((text) => isSendableText(text) && text.length <= 100)

describe('a reference by any text', () => {
  it('ends at the row that has this text, by bind and by address', async () => {
    const contacts = service.emulator.table('contacts')
    const ids = new Map<string, string>()
    const resolver = createKeyResolver(service.client, { ttlMs: 0, missTtlMs: 0 })
    const accounts = createRowTranslator(service.client, { table: 'account', resolver })
    const decoy = contacts.create({ lastname: 'Decoy', emailaddress1: 'x' })
    ids.set('x', decoy)
    await fc.assert(
      fc.asyncProperty(email, async (text) => {
        const folded = text.toLowerCase()
        const id = ids.get(folded) ?? contacts.create({ lastname: 'C', emailaddress1: text })
        ids.set(folded, id)
        const translated = await accounts.toWireRow({
          name: 'A',
          primarycontactid: ref('contact', { emailaddress1: text }),
        })
        expect(translated.status).toBe('translated')
        const account = await service.client.request({
          method: 'POST',
          path: 'accounts?$select=_primarycontactid_value',
          headers: { prefer: 'return=representation' },
          body: translated.row,
        })
        expect(await account.json()).toMatchObject({ _primarycontactid_value: id })
        const address = await resolver.address('contact', { emailaddress1: text })
        const contact = await service.client.request({
          method: 'GET',
          path: 'path' in address ? address.path : 'none',
        })
        expect(await contact.json()).toMatchObject({ contactid: id })
      }),
      { numRuns: 150 },
    )
  })
})
