import { createClient, type DataverseClient } from '@deltaverse/client'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { linkToPath } from '@deltaverse/protocol'
import { createVirtualClock, type VirtualClock } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let emulator: Emulator
let client: DataverseClient
let clock: VirtualClock

beforeEach(async () => {
  emulator = await startEmulator()
  clock = createVirtualClock()
  client = createClient({ url: emulator.url, token: () => 'test', clock, random: () => 0.5 })
  for (let i = 0; i < 30; i++) emulator.table('contacts').create({ lastname: `Lovelace ${i}` })
})

afterEach(async () => {
  await client.close()
  await emulator.close()
})

interface Page {
  value: { contactid: string; lastname: string; reason?: string }[]
  '@odata.nextLink'?: string
  '@odata.deltaLink'?: string
}

async function read(path: string): Promise<Page> {
  const response = await client.request({
    method: 'GET',
    path,
    headers: { Prefer: 'odata.track-changes,odata.maxpagesize=7' },
  })
  return (await response.json()) as Page
}

async function readAll(path: string): Promise<{ rows: Page['value']; deltaLink: string }> {
  const page = await read(path)
  const next = page['@odata.nextLink']
  if (next === undefined) return { rows: page.value, deltaLink: page['@odata.deltaLink'] ?? '' }
  const rest = await readAll(linkToPath(client.serviceRoot, next))
  return { rows: [...page.value, ...rest.rows], deltaLink: rest.deltaLink }
}

describe('against the emulator', () => {
  it('reads page by page, then follows the delta link', async () => {
    const { rows, deltaLink } = await readAll('contacts?$select=lastname')
    expect(rows).toHaveLength(30)
    emulator.table('contacts').create({ lastname: 'Hopper' })
    const delta = await read(linkToPath(client.serviceRoot, deltaLink))
    expect(delta.value.map(({ lastname }) => lastname)).toEqual(['Hopper'])
  })

  it('gets through a throttle, a gateway error and a lost connection', async () => {
    emulator.faults.next({ status: 429, code: '0x80072322', retryAfterSeconds: 17 })
    emulator.faults.next({ status: 502, body: 'html' })
    emulator.faults.next({ drop: 'before-effect' })
    const { rows } = await readAll('contacts?$select=lastname')
    expect(rows).toHaveLength(30)
    expect(clock.delays).toEqual([17_000, 500, 1_000])
  })

  it('repeats an upsert whose answer was lost, to the same end', async () => {
    const [row] = (await read('contacts?$select=lastname')).value
    emulator.faults.next({ method: 'PATCH', drop: 'after-effect' })
    const response = await client.request({
      method: 'PATCH',
      path: `contacts(${row?.contactid})`,
      body: { lastname: 'Byron' },
    })
    expect(response.status).toBe(204)
    expect(
      (await readAll('contacts?$select=lastname')).rows.filter((r) => r.lastname === 'Byron'),
    ).toHaveLength(1)
  })

  it('never takes half a page for a page', async () => {
    emulator.faults.next({ cutBody: { afterBytes: 40, how: 'complete' } })
    await expect(read('contacts')).rejects.toMatchObject({ retryable: true })
    emulator.faults.next({ cutBody: { afterBytes: 40, how: 'reset' } })
    const response = await client.request({ method: 'GET', path: 'contacts', buffered: true })
    expect(((await response.json()) as Page).value).toHaveLength(30)
  })

  it('gets another token when one is refused', async () => {
    emulator.faults.next({ status: 401 })
    expect((await read('contacts')).value).toHaveLength(7)
    expect(clock.delays).toEqual([])
  })

  it('says what an expired delta token asks for', async () => {
    const { deltaLink } = await readAll('contacts')
    emulator.deltaTokens.expireAll()
    await expect(read(linkToPath(client.serviceRoot, deltaLink))).rejects.toMatchObject({
      code: 'delta-token-expired',
      serviceCode: '0x80044352',
    })
  })

  it('says that a row is not there', async () => {
    const path = 'contacts(00000000-0000-0000-0000-00000000dead)'
    await expect(client.request({ method: 'GET', path })).rejects.toMatchObject({
      code: 'not-found',
      serviceCode: '0x80040217',
    })
  })
})
