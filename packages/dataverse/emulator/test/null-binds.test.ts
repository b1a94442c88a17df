import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, send } from './support/api.js'
import { sendBatch } from './support/batch.js'

let emulator: Emulator

async function start(nullBind?: 'clears' | 'ignored' | 'refused'): Promise<void> {
  emulator = await startEmulator({ nullBind, rows: { accounts: [{ accountid: guid(1), name: 'Parent' }] } })
  emulator.table('accounts').create({
    accountid: guid(2),
    'parentaccountid@odata.bind': `accounts(${guid(1)})`,
  })
}

afterEach(() => emulator.close())

const parent = () => emulator.table('accounts').get(guid(2))?._parentaccountid_value
const update = async (body: object) => {
  const answer = await send(emulator, 'PATCH', `accounts(${guid(2)})`, { body })
  return [answer.status, errorOf(answer).code]
}
const bind = { 'parentaccountid@odata.bind': null }

describe('a look-up bound to null', () => {
  it('is cleared', async () => {
    await start()
    expect(await update({ name: 'A', ...bind })).toEqual([204, undefined])
    expect(parent()).toBeNull()
  })

  it('can be left as it is without a word', async () => {
    await start('ignored')
    expect(await update({ name: 'A', ...bind })).toEqual([204, undefined])
    expect([parent(), emulator.table('accounts').get(guid(2))?.name]).toEqual([guid(1), 'A'])
    const part = { method: 'PATCH', url: `accounts(${guid(2)})`, body: bind }
    expect((await sendBatch(emulator, [part])).status).toBe(200)
    const target = { '@odata.type': 'Microsoft.Dynamics.CRM.account', accountid: guid(2), ...bind }
    const multiple = 'accounts/Microsoft.Dynamics.CRM.UpdateMultiple'
    expect((await send(emulator, 'POST', multiple, { body: { Targets: [target] } })).status).toBe(204)
    expect(parent()).toBe(guid(1))
  })

  it('can be refused', async () => {
    await start('refused')
    expect(await update({ name: 'A', ...bind })).toEqual([400, '0x80048d19'])
    expect(parent()).toBe(guid(1))
    expect(emulator.table('accounts').get(guid(2))?.name).toBeNull()
  })

  it.each(['clears', 'ignored', 'refused'] as const)(
    'is always cleared by its own property: %s',
    async (nullBind) => {
      await start(nullBind)
      expect(await update({ parentaccountid: null })).toEqual([204, undefined])
      expect(parent()).toBeNull()
    },
  )
})
