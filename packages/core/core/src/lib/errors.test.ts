import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DataverseError, isDataverseError, isResponseError, ResponseError } from './errors.js'

describe('DataverseError', () => {
  it('is recognised by its brand, not by its class', () => {
    const error = new DataverseError('no such row', { code: 'not-found' })
    expect(isDataverseError(error)).toBe(true)
    expect(isResponseError(error)).toBe(false)
    expect(isDataverseError(new Error('no such row'))).toBe(false)
    expect(isDataverseError(null)).toBe(false)
  })

  it('is not retryable unless it says so, and keeps its cause', () => {
    const cause = new Error('socket closed')
    const error = new DataverseError('nothing came back', { code: 'no-response', retryable: true, cause })
    expect(error.retryable).toBe(true)
    expect(error.cause).toBe(cause)
    expect(new DataverseError('x', { code: 'bad-request' }).retryable).toBe(false)
  })
})

describe('ResponseError', () => {
  const error = new ResponseError('refused', {
    code: 'forbidden',
    status: 403,
    serviceCode: '0x80040220',
    method: 'GET',
    url: 'https://contoso.crm4.dynamics.com/api/data/v9.2/accounts',
    body: '{"error":{"message":"a row of somebody"}}',
  })

  it('is a DataverseError too', () => {
    expect(error).toBeInstanceOf(DataverseError)
    expect(isDataverseError(error) && isResponseError(error)).toBe(true)
  })

  it('keeps its body out of logs', () => {
    expect(error.body).toContain('a row of somebody')
    expect(inspect(error)).not.toContain('a row of somebody')
    expect(JSON.stringify(error)).not.toContain('a row of somebody')
  })
})
