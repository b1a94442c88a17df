import { describe, expect, it } from 'vitest'
import { parseServiceRoot } from './service-root.js'

describe('parseServiceRoot()', () => {
  const root = 'https://contoso.crm4.dynamics.com/api/data/v9.2'
  it.each([
    'https://contoso.crm4.dynamics.com',
    'https://contoso.crm4.dynamics.com/',
    'HTTPS://Contoso.CRM4.dynamics.com:443/',
    'https://contoso.crm4.dynamics.com/api/data/v9.2',
    'https://contoso.crm4.dynamics.com/api/data/v9.2/',
    'https://contoso.crm4.dynamics.com/api/data/',
    'https://contoso.crm4.dynamics.com/api',
  ])('reads %s', (url) => {
    expect(parseServiceRoot(url)).toEqual({
      origin: 'https://contoso.crm4.dynamics.com',
      serviceRoot: root,
      apiVersion: 'v9.2',
    })
  })

  it.each([
    ['https://crm.contoso.local:5555/Org1', 'https://crm.contoso.local:5555/Org1/api/data/v9.2', 'Org1'],
    ['https://host/org/api/data/v9.1/', 'https://host/org/api/data/v9.1', 'org'],
    ['http://127.0.0.1:8080/api/api/data/v9.0', 'http://127.0.0.1:8080/api/api/data/v9.0', 'api'],
  ])('keeps the organisation of %s', (url, serviceRoot, organisation) => {
    expect(parseServiceRoot(url)).toMatchObject({ serviceRoot, organisation })
  })

  it('takes the version of the caller', () => {
    expect(parseServiceRoot('https://host/org', { apiVersion: 'v9.1' }).serviceRoot).toBe(
      'https://host/org/api/data/v9.1',
    )
  })

  it.each([
    '',
    'contoso',
    'ftp://contoso.com',
    'https://contoso.com/main.aspx',
    'https://contoso.com/org/more',
    'https://contoso.com/?tenant=1',
    'https://contoso.com/#x',
    'https://contoso.com/api/data/9.2',
    'https://contoso.com/XRMServices/2011/Organization.svc',
  ])('refuses %j', (url) => {
    expect(() => parseServiceRoot(url)).toThrow(TypeError)
  })

  it('never repeats a password', () => {
    for (const url of [
      'https://ada:hunter2@contoso.com',
      'ada:hunter2@contoso',
      'ftp://ada:hunter2@contoso.com',
    ]) {
      expect(() => parseServiceRoot(url)).toThrow(/^(?!.*hunter2)/s)
    }
  })

  it.each([
    ['https://contoso.com/?sig=hunter2', '"https://contoso.com/?…"'],
    ['https://contoso.com/main.aspx?code=hunter2', '"https://contoso.com/main.aspx?…"'],
    ['https://contoso.com/#access_token=hunter2', '"https://contoso.com/#…"'],
    ['contoso.com?sig=hunter2', '"contoso.com?…"'],
    ['ftp://contoso.com/?to=ada@hunter2', '"…"'],
    ['ada:a?b@hunter2', '"…"'],
  ])('never repeats a token in a query: %s', (url, shown) => {
    expect(() => parseServiceRoot(url)).toThrow(`received ${shown}`)
    expect(() => parseServiceRoot(url)).toThrow(/^(?!.*hunter2)/s)
  })

  it('refuses what is no text', () => {
    expect(() => parseServiceRoot(undefined as unknown as string)).toThrow('received undefined')
  })
})
