import { createKeyResolver } from '@deltaverse/alternate-keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service

beforeEach(async () => {
  service = await startService()
})

afterEach(() => service.close())

describe('createKeyResolver()', () => {
  it('finds thousands of rows in a handful of requests', async () => {
    const contacts = service.emulator.table('contacts')
    const ids = Array.from({ length: 2_500 }, (_, index) =>
      contacts.create({ lastname: `Nr ${index}`, emailaddress1: `nr${index}@example.com` }),
    )
    const resolver = createKeyResolver(service.client)
    await resolver.metadata.table('contact')
    service.requestsSince()
    const results = await resolver.resolveMany(
      'contact',
      ids.map((_, index) => ({ emailaddress1: `NR${index}@Example.com` })),
    )
    expect(results.map(({ id }) => id)).toEqual(ids)
    expect(service.requestsSince().length).toBeLessThanOrEqual(4)
  })
})
