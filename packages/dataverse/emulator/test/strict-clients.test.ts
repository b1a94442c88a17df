import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'

let emulator: Emulator
let root: string

beforeEach(async () => {
  emulator = await startEmulator()
  root = `${emulator.url}/api/data/v9.2`
})

afterEach(() => emulator.close())

const id = '00000000-0000-4000-8000-000000000001'

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly message: string | undefined
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${root}/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  const text = await response.text()
  const { error } = text.startsWith('{') ? JSON.parse(text) : { error: undefined }
  return { status: response.status, code: error?.code, message: error?.message }
}

describe('what a request asks for', () => {
  it.each(['sql=select', 'userQuery=x', 'savedQuery=x', 'foo=1', 'api-version=9.1'])(
    'is refused by its name where it is not understood, and never overlooked: ?%s',
    async (query) => {
      const [name = ''] = query.split('=')
      expect(await ask('GET', `accounts?${query}`)).toMatchObject({
        status: 501,
        message: expect.stringContaining(`the query option ${name}`),
      })
    },
  )

  it('may carry parameters of its own filter and the tag of a writer', async () => {
    expect((await ask('GET', "accounts?$filter=name eq @n&@n='x'")).status).toBe(200)
    expect((await ask('GET', 'accounts?tag=sync')).status).toBe(200)
  })

  it('is no resource under the name of a table, or of a function by another method', async () => {
    expect(await ask('GET', 'Account')).toMatchObject({ status: 404, code: '0x8006088a' })
    expect(await ask('GET', 'account')).toMatchObject({ status: 404, code: '0x8006088a' })
    expect(await ask('POST', 'WhoAmI', {})).toEqual({
      status: 404,
      code: '',
      message: `No HTTP resource was found that matches the request URI '${root}/WhoAmI'.`,
    })
    expect((await ask('GET', 'WhoAmI')).status).toBe(200)
  })

  it('may not ask for a choice of values with the operator in, which the service has no code for', async () => {
    expect(await ask('GET', 'accounts?$filter=statecode in (0,1)')).toMatchObject({
      status: 501,
      message: 'The method or operation is not implemented.',
    })
  })
})

describe('a property that is not there', () => {
  it.each([
    ['in another case', '$select=Name', 'Name'],
    ['by the name of a lookup', '$select=ownerid', 'ownerid'],
    ['in a filter', "$filter=Name eq 'x'", 'Name'],
    ['in an order', '$orderby=Name', 'Name'],
    ['inside $expand', '$expand=primarycontactid($select=FullName)', 'FullName'],
  ])('is told with the code of the parser, %s', async (_, query, name) => {
    expect(await ask('GET', `accounts?${query}`)).toMatchObject({
      status: 400,
      code: '0x0',
      message: expect.stringContaining(`Could not find a property named '${name}' on type`),
    })
  })

  it('is told with another code by option', async () => {
    await using other = await startEmulator({ unknownPropertyCode: '0x80060888' })
    const answer = await fetch(`${other.serviceRoot}/accounts?$select=Name`)
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      400,
      '0x80060888',
    ])
  })
})

describe('bare numbers in the list of a filter function', () => {
  const filter = (name: string, list: string, column = 'numberofemployees') =>
    `accounts?$filter=Microsoft.Dynamics.CRM.${name}(PropertyName='${column}',PropertyValues=${list})`

  it.each([
    filter('In', '[0,1]'),
    filter('In', '["0",1]'),
    filter('NotIn', '[0]'),
    filter('Between', '[0,1]'),
    filter('In', '[0,1]', 'statecode'),
    filter('ContainValues', '[1]', 'industrycode'),
    `${filter('In', '@p1')}&@p1=[0,1]`,
  ])('are refused, as its values are texts: %s', async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 400, code: '0x80060888' })
  })

  it('are taken by option', async () => {
    await using other = await startEmulator({ numbersInFilterLists: 'taken' })
    const number = other.table('accounts').create({ numberofemployees: 1 })
    for (const path of [filter('In', '[0,1]'), `${filter('In', '@p1')}&@p1=[0,1]`]) {
      const answer = await fetch(`${other.serviceRoot}/${path}`)
      const { value } = (await answer.json()) as { value: { accountid: string }[] }
      expect(value.map(({ accountid }) => accountid)).toEqual([number])
    }
  })

  it('are texts in quotes of either kind', async () => {
    for (const list of ['["0","1"]', "['0','1']"]) {
      expect((await ask('GET', filter('In', list))).status).toBe(200)
    }
  })
})

describe('a batch with bare line feeds', () => {
  const part =
    'Content-Type: application/http\nContent-Transfer-Encoding: binary\n\nGET /api/data/v9.2/accounts?$top=1 HTTP/1.1\n\n\n'
  const send = (body: string): Promise<Response> =>
    fetch(`${root}/$batch`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/mixed;boundary=b' },
      body,
    })

  it('is taken when it ends with two of them', async () => {
    const response = await send(`--b\n${part}--b--\n\n`)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('HTTP/1.1 200 OK')
  })

  it('is not readable when it ends with one', async () => {
    const text = await (await send(`--b\n${part}--b--\n`)).text()
    expect(text).toContain('HTTP/1.1 400')
  })
})

describe('a value as text', () => {
  it.each([
    [{ donotemail: 'true' }, { donotemail: true }],
    [{ donotemail: 'false' }, { donotemail: false }],
    [{ industrycode: '1' }, { industrycode: 1 }],
  ])('is taken for choices and booleans: %j', async (body, stored) => {
    expect((await ask('PATCH', `accounts(${id})`, { name: 'a', ...body })).status).toBe(204)
    expect(emulator.table('accounts').rows()).toMatchObject([stored])
  })

  it.each([
    { donotemail: 'yes' },
    { industrycode: 'Accounting' },
    { numberofemployees: '5' },
    { revenue: '5.5' },
  ])('is refused for anything else: %j', async (body) => {
    expect(await ask('PATCH', `accounts(${id})`, body)).toMatchObject({ status: 400, code: '0x80048d19' })
  })
})

describe('a character that XML 1.0 does not have', () => {
  it.each(['\u0000', '\u0001', '\u000b', '\u001f', '\ufffe', '\uffff', '\ud800', 'a\udc00b'])(
    'is refused with its code, in short text and long: %j',
    async (text) => {
      for (const column of ['name', 'description']) {
        const answer = await ask('PATCH', `accounts(${id})`, { [column]: `x${text}` })
        expect(answer).toMatchObject({ status: 400, code: '0x80040278' })
        expect(answer.message).toContain(`'${column}'`)
      }
      expect(emulator.table('accounts').rows()).toEqual([])
    },
  )

  it('is none of tab, line feed, carriage return, and letters beyond the basic plane', async () => {
    const name = 'a\tb\nc\rd \u{1F600} ü \ufffd'
    expect((await ask('PATCH', `accounts(${id})`, { name })).status).toBe(204)
    expect(emulator.table('accounts').rows()).toMatchObject([{ name }])
  })
})
