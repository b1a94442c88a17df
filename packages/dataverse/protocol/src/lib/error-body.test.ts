import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseServiceCode, parseErrorBody } from './error-body.js'

const parse = (body: unknown) => parseErrorBody(JSON.stringify(body), 'application/json')

describe('parseErrorBody()', () => {
  it('reads the documented shape', () => {
    expect(parse({ error: { code: '0x8006088A', message: 'Resource not found' } })).toEqual({
      serviceCode: '0x8006088a',
      message: 'Resource not found',
      annotations: {},
    })
  })

  it('keeps 0x0 and makes an empty code none', () => {
    expect(parse({ error: { code: '0x0', message: 'm' } }).serviceCode).toBe('0x0')
    expect(parse({ error: { code: '', message: 'm' } }).serviceCode).toBeUndefined()
    expect(parse({ error: { message: 'm' } }).serviceCode).toBeUndefined()
  })

  it('reads the inner error of older servers', () => {
    const innererror = { message: 'inner', type: 'Microsoft.Crm.CrmHttpException', stacktrace: ' at …' }
    expect(parse({ error: { code: '', message: 'outer', innererror } }).innerError).toEqual({
      message: 'inner',
      type: 'Microsoft.Crm.CrmHttpException',
      stackTrace: ' at …',
    })
  })

  it('keeps annotations by their full names', () => {
    const annotations = {
      '@Microsoft.PowerApps.CDS.ErrorDetails.DuplicateAttributes': '<DuplicateAttributes/>',
      '@Microsoft.PowerApps.CDS.HelpLink': 'http://help',
    }
    expect(parse({ error: { code: '0x80060892', message: 'm', ...annotations } }).annotations).toEqual(
      annotations,
    )
  })

  it('reads the flat shape of batches and throttles', () => {
    const flat = parse({
      Message: 'An error has occurred.',
      ExceptionMessage: 'Number of requests exceeded the limit of 6000',
      ExceptionType: 'Microsoft.OData.ODataException',
      StackTrace: null,
      ErrorCode: '0x80072322',
    })
    expect(flat).toEqual({
      serviceCode: '0x80072322',
      message: 'An error has occurred. Number of requests exceeded the limit of 6000',
      innerError: {
        message: 'Number of requests exceeded the limit of 6000',
        type: 'Microsoft.OData.ODataException',
      },
      annotations: {},
    })
    expect(parse({ Message: 'Same', ExceptionMessage: 'Same', ErrorCode: 0 })).toMatchObject({
      serviceCode: '0x0',
      message: 'Same',
    })
  })

  it('reads the wrapped message of OData 3', () => {
    expect(parse({ error: { code: '', message: { lang: 'en-US', value: 'Denied' } } }).message).toBe('Denied')
  })

  it('finds the words in a page of HTML', () => {
    const page = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>x</body></html>'
    expect(parseErrorBody(page).message).toBe('502 Bad Gateway')
    expect(parseErrorBody('<p>Service <b>down</b></p><script>x()</script>', 'text/html').message).toBe(
      'Service down',
    )
  })

  it.each(['', '   ', '{', '{"error":', '[]', 'null', '42', '{"error":[]}', '{"error":null}', 'plain words'])(
    'makes what it can of %j',
    (text) => {
      expect(parseErrorBody(text)).toMatchObject({ serviceCode: undefined, annotations: {} })
    },
  )

  it('never throws and always has a short message for what is no JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json()),
        fc.option(fc.string(), { nil: undefined }),
        (text, type) => {
          expect(typeof parseErrorBody(text, type).message).toBe('string')
        },
      ),
    )
    expect(parseErrorBody('x'.repeat(10_000)).message.length).toBeLessThan(600)
  })
})

describe('normaliseServiceCode()', () => {
  it.each([
    ['-2147204784', '0x80044150'],
    [-2147088238, '0x80060892'],
    ['0X80040217', '0x80040217'],
    [0, '0x0'],
    [1.5, undefined],
    [null, undefined],
    ['InvalidAuthenticationToken', 'invalidauthenticationtoken'],
  ])('writes %j as %j', (code, expected) => {
    expect(normaliseServiceCode(code)).toBe(expected)
  })
})
