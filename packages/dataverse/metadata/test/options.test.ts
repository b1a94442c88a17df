import { createMetadataReader, type MetadataReaderOptions } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'

const client = { request: () => Promise.reject(new Error('nothing is sent')) }

describe('createMetadataReader() refuses', () => {
  it.each([
    [{ ttlMs: '1h' }, TypeError, 'ttlMs must be a number of milliseconds of at least 0, received text'],
    [{ ttlMs: -1 }, RangeError, 'ttlMs must be a number of milliseconds of at least 0, received -1'],
    [{ ttlMs: Number.NaN }, RangeError, 'received NaN'],
    [{ maxEntries: 0 }, RangeError, 'maxEntries must be a whole number of at least 1, received 0'],
    [{ maxEntries: 5n }, TypeError, 'received a bigint'],
    [{ clock: Date.now }, TypeError, 'clock must be an object with now(), received a function'],
    [{ ttl: 5 }, TypeError, 'createMetadataReader() has no option "ttl". Did you mean ttlMs?'],
  ])('%o', (options, kind, message) => {
    const make = (): unknown => createMetadataReader(client, options as MetadataReaderOptions)
    expect(make).toThrow(kind)
    expect(make).toThrow(message)
  })

  it.each([[undefined], ['https://contoso.crm4.dynamics.com'], [{}]])('a client that is %o', (wrong) => {
    expect(() => createMetadataReader(wrong as unknown as typeof client)).toThrow(TypeError)
  })
})
