import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({
    tables: [things],
    rows: { new_things: [{ new_thingid: guid(1), new_code: 'CAFÉ', new_name: 'Žluťoučký kůň' }] },
    ...options,
  })
}

afterEach(() => emulator.close())

const create = async (code: string) => {
  const answer = await send(emulator, 'POST', 'new_things', { body: { new_code: code } })
  return [answer.status, errorOf(answer).code]
}
const found = async (path: string) => (await send(emulator, 'GET', path)).status === 200
const matching = async (filter: string) =>
  rowsOf(await send(emulator, 'GET', `new_things?$filter=${encodeURIComponent(filter)}`)).length
const decomposed = 'cafe\u0301'

describe('texts', () => {
  it('compare without regard to case and accents', async () => {
    await start()
    for (const code of ['café', 'CAFE', 'cafe', decomposed]) {
      expect(await create(code)).toEqual([412, '0x80060892'])
      expect(await found(`new_things(new_code='${encodeURIComponent(code)}')`)).toBe(true)
    }
    expect(await create('cafè2')).toEqual([204, undefined])
    for (const filter of [
      "new_code eq 'cafe'",
      `new_code eq '${decomposed}'`,
      "new_name eq 'zlutoucky kun'",
      "contains(new_name,'TOUČ')",
      "startswith(new_name,'zlut')",
      "endswith(new_name,'_ůn')",
      'Microsoft.Dynamics.CRM.In(PropertyName=\'new_code\',PropertyValues=["cafe"])',
    ]) {
      expect([filter, await matching(filter)]).toEqual([filter, 1])
    }
    expect(await matching("new_code ne 'cafe'")).toBe(1)
  })

  it('can compare without regard to case alone', async () => {
    await start({ keyComparison: 'case-insensitive' })
    expect(await create('café')).toEqual([412, '0x80060892'])
    expect(await found("new_things(new_code='cafe')")).toBe(false)
    expect([await matching("new_code eq 'cafe'"), await matching("new_code eq 'café'")]).toEqual([0, 1])
    expect(await create('cafe')).toEqual([204, undefined])
  })

  it('can compare exactly in keys', async () => {
    await start({ keyComparison: 'exact' })
    expect(await create('café')).toEqual([204, undefined])
    expect(await matching("new_code eq 'café'")).toBe(2)
  })

  it('are ordered as they compare', async () => {
    await start()
    for (const code of ['Zebra', 'ébène', 'Adler', 'eber']) await create(code)
    const rows = rowsOf(await send(emulator, 'GET', 'new_things?$select=new_code&$orderby=new_code'))
    expect(rows.map((row) => row.new_code)).toEqual(['Adler', 'CAFÉ', 'ébène', 'eber', 'Zebra'])
  })

  it('keep an index from being built where they are equal', async () => {
    await start({ tables: [{ ...things, keys: [] }], rows: {} })
    for (const name of ['Zoë', 'zoe']) emulator.table('new_things').create({ new_name: name })
    const definition = `EntityDefinitions(LogicalName='new_thing')/Keys`
    await send(emulator, 'POST', definition, {
      body: { SchemaName: 'new_Name', KeyAttributes: ['new_name'] },
    })
    const [key] = rowsOf(await send(emulator, 'GET', definition))
    expect(key?.EntityKeyIndexStatus).toBe('Failed')
  })
})
