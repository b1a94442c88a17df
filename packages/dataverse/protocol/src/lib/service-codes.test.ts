import { describe, expect, it } from 'vitest'
import { serviceCodes } from './service-code-table.js'
import { classifyError, lookUpServiceCode } from './service-codes.js'

const judge = (status: number, serviceCode?: string, message = '') =>
  classifyError(status, { serviceCode, message })

describe('classifyError()', () => {
  it.each([
    [412, '0x80060882', 'conflict', false],
    [412, '0x80040237', 'conflict', false],
    [500, '0x80040333', 'conflict', false],
    [400, '0x80040217', 'not-found', false],
    [400, '0x80044352', 'delta-token-expired', false],
    [500, '0x80044352', 'delta-token-expired', false],
    [400, '0x80072491', 'change-tracking-disabled', false],
    [403, '0x80040220', 'forbidden', false],
    [403, '0x80072560', 'forbidden', false],
    [400, '0x80040265', 'row-rejected', false],
    [500, '0x8005F103', 'throttled', true],
    [500, '0x80044151', 'unavailable', true],
    [400, '0x80048d19', 'bad-request', false],
  ])('lets the service code decide: %i %s', (status, code, errorClass, retryable) => {
    expect(judge(status, code)).toMatchObject({ errorClass, retryable })
  })

  it.each([
    [400, 'bad-request', false],
    [401, 'unauthorized', false],
    [403, 'forbidden', false],
    [404, 'not-found', false],
    [405, 'bad-request', false],
    [408, 'unavailable', true],
    [412, 'conflict', false],
    [413, 'bad-request', false],
    [429, 'throttled', true],
    [500, 'unavailable', true],
    [501, 'bad-request', false],
    [502, 'unavailable', true],
    [503, 'unavailable', true],
    [504, 'unavailable', true],
    [505, 'service-failed', false],
    [302, 'bad-response', false],
  ])('falls back on the status %i', (status, errorClass, retryable) => {
    expect(judge(status)).toMatchObject({ errorClass, retryable })
    expect(judge(status, '0x0').errorClass).toBe(errorClass)
  })

  it('takes every 429 for a throttle', () => {
    expect(judge(429, '0x80040216')).toMatchObject({ errorClass: 'throttled', retryable: true })
  })

  it('does not repeat a 500 with a code that it does not know', () => {
    expect(judge(500, '0x8fffffff')).toMatchObject({ errorClass: 'service-failed', retryable: false })
    expect(judge(500)).toMatchObject({ errorClass: 'unavailable', retryable: true, ambiguous: true })
  })

  it('reads the SQL number, the only thing that tells a deadlock', () => {
    expect(judge(500, '0x80044150', 'Sql ErrorCode: -2146232060 Sql Number: 1205')).toMatchObject({
      errorClass: 'unavailable',
      retryable: true,
    })
    expect(judge(500, '0x80044150', 'Sql Number: -2').retryable).toBe(true)
    expect(judge(500, '0x80044150', 'Sql Number: 12055').retryable).toBe(false)
    expect(judge(500, '0x80044150')).toMatchObject({ errorClass: 'service-failed', retryable: false })
  })

  it.each([40613, 40197, 40501, 10928, 10929, 49918, 49919, 49920])(
    'takes SQL number %i, of a fail-over or a throttle, for passing',
    (number) => {
      const text = `Sql error: Generic SQL error. Sql ErrorCode: -2146232060 Sql Number: ${number}`
      expect(judge(500, '0x80044150', text)).toMatchObject({ errorClass: 'unavailable', retryable: true })
      expect(judge(500, '0x80044150', `${text}7`).retryable).toBe(false)
    },
  )

  it('takes a database that cannot be reached for passing', () => {
    expect(judge(500, '0x80073000')).toMatchObject({
      errorClass: 'unavailable',
      retryable: true,
      ambiguous: false,
    })
  })

  it('tells a key that no row has from a value of the wrong type by the status', () => {
    expect(judge(404, '0x80048d02')).toMatchObject({ errorClass: 'not-found' })
    expect(judge(404, '0x80048d02').advice).toContain('treat it as deleted')
    expect(judge(400, '0x80048d02').errorClass).toBe('bad-request')
  })

  it.each(['0x80040217', '0x80060891'])('says of %s, whatever its status, that the row is gone', (code) => {
    for (const status of [400, 404]) {
      expect(judge(status, code)).toMatchObject({ errorClass: 'not-found', retryable: false })
      expect(judge(status, code).advice).toContain('treat it as deleted')
    }
  })

  it('tells an unknown address from a key that cannot be read by the status', () => {
    expect(judge(404, '0x8006088a').errorClass).toBe('not-found')
    expect(judge(400, '0x8006088a').errorClass).toBe('bad-request')
  })
})

describe('the table', () => {
  it('calls nothing unavailable that does not come back by itself', () => {
    for (const { errorClass, retryable } of serviceCodes.values()) {
      if (errorClass === 'unavailable') expect(retryable).toBe(true)
      if (errorClass === 'service-failed') expect(retryable).toBe(false)
    }
  })

  it('has lower-case codes of eight digits and a full stop behind every advice', () => {
    for (const [code, { advice }] of serviceCodes) {
      expect(code).toMatch(/^0x[0-9a-f]{8}$/)
      if (advice !== undefined) expect(advice).toMatch(/\.$/)
    }
  })

  it('is found in any case', () => {
    expect(lookUpServiceCode('0X8006088A')?.name).toBe('CrmHttpError')
  })
})
