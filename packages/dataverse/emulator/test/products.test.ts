import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, send } from './support/api.js'
import { temporaryFolder } from './support/temporary-folder.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator()
})
afterEach(() => emulator.close())

const states = { draft: [2, 0], active: [0, 1], underRevision: [3, 3], retired: [1, 2] } as const
type State = keyof typeof states
const body = (state: State) => ({ statecode: states[state][0], statuscode: states[state][1] })
const path = `products(${guid(1)})`
const update = async (state: State) => (await send(emulator, 'PATCH', path, { body: body(state) })).status
const stateOf = (id: string) => {
  const row = emulator.table('products').get(id)
  return [row?.statecode, row?.statuscode]
}

/** The ways to each state from a new row. */
const ways: Record<State, readonly State[]> = {
  draft: [],
  active: ['active'],
  underRevision: ['active', 'underRevision'],
  retired: ['active', 'retired'],
}
const allowed: Record<State, readonly State[]> = {
  draft: ['active'],
  active: ['underRevision', 'retired'],
  underRevision: ['active', 'retired'],
  retired: ['active'],
}

describe('a product', () => {
  it('begins as a draft, whatever the body says of the state', async () => {
    for (const [number, given] of [{}, { statecode: 0 }, { statecode: 2, statuscode: 0 }].entries()) {
      const created = await send(emulator, 'POST', 'products', {
        body: { productid: guid(number), ...given },
      })
      expect([created.status, ...stateOf(guid(number))]).toEqual([204, 2, 0])
    }
    for (const [method, to] of [
      ['POST', 'products'],
      ['PATCH', `products(${guid(9)})`],
    ] as const) {
      const answer = await send(emulator, method, to, { body: { name: 'A', ...body('active') } })
      expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80048408'])
    }
  })

  it('says where it begins in the definition', async () => {
    const cast = 'Microsoft.Dynamics.CRM.StateAttributeMetadata?$select=DefaultFormValue'
    const { json } = await send(
      emulator,
      'GET',
      `EntityDefinitions(LogicalName='product')/Attributes(LogicalName='statecode')/${cast}`,
    )
    expect(json.DefaultFormValue).toBe(2)
  })

  it.each(Object.keys(states) as State[])('that is %s goes on only as its life allows', async (from) => {
    for (const to of Object.keys(states) as State[]) {
      if (to === from) continue
      emulator.table('products').create({ productid: guid(1), name: 'A' })
      for (const step of ways[from]) expect(await update(step)).toBe(204)
      expect(stateOf(guid(1))).toEqual(states[from])
      expect([from, to, await update(to)]).toEqual([from, to, allowed[from].includes(to) ? 204 : 400])
      expect(stateOf(guid(1))).toEqual(states[allowed[from].includes(to) ? to : from])
      emulator.table('products').remove(guid(1))
    }
  })

  it('that is retired stays so as part of a family, a family or a bundle, but returns as a kit', async () => {
    const family = emulator.table('products').create({ name: 'F', productstructure: 2 })
    const parent = { 'parentproductid@odata.bind': `products(${family})` }
    for (const [given, status] of [
      [{}, 204],
      [parent, 400],
      [{ productstructure: 2 }, 400],
      [{ productstructure: 3 }, 400],
      [{ ...parent, iskit: true }, 204],
    ] as const) {
      emulator.table('products').create({ productid: guid(1), name: 'A', ...given })
      await update('active')
      await update('retired')
      expect([given, await update('active')]).toEqual([given, status])
      emulator.table('products').remove(guid(1))
    }
  })

  it('without a parent begins as active where the organization is set up so', async () => {
    await emulator.close()
    const stateDirectory = temporaryFolder()
    const organization = { createproductswithoutparentinactivestate: true }
    emulator = await startEmulator({
      organization,
      stateDirectory,
      rows: { products: [{ productid: guid(1) }] },
    })
    expect(stateOf(guid(1))).toEqual(states.active)
    emulator.table('products').create({ productid: guid(2), 'parentproductid@odata.bind': path })
    expect(stateOf(guid(2))).toEqual(states.draft)
    const [row] = emulator.table('organizations').rows()
    const change = { body: { createproductswithoutparentinactivestate: false } }
    await send(emulator, 'PATCH', `organizations(${row?.organizationid})`, change)
    await emulator.close()
    emulator = await startEmulator({ organization, stateDirectory })
    emulator.table('products').create({ productid: guid(3) })
    expect(stateOf(guid(3))).toEqual(states.draft)
  })
})
