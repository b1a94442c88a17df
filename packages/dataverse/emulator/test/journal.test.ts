import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { startProcess } from './support/emulator-process.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { things } from './support/things.js'

async function open(stateDirectory: string, options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ tables: [things], stateDirectory, ...options })
  onTestFinished(() => emulator.close())
  return emulator
}

const tracked = { Prefer: 'odata.track-changes' }

describe('the state directory', () => {
  it('keeps rows, versions, deletions and ids across restarts', async () => {
    const folder = temporaryFolder()
    const first = await open(folder)
    const table = first.table('new_things')
    table.create({ new_thingid: guid(1), new_big: 9007199254740993n, new_code: 'A1' })
    table.create({ new_thingid: guid(2), 'new_Parent@odata.bind': `new_things(${guid(1)})` })
    const made = table.create({})
    const before = await send(first, 'GET', 'new_things', { headers: tracked })
    table.remove(guid(2))
    table.update(guid(1), { new_name: 'x' })
    const rows = table.rows()
    await first.close()

    const second = await open(folder)
    expect(second.table('new_things').rows()).toEqual(rows)
    const link = String(before.json['@odata.deltaLink']).replace(first.url, second.url)
    const delta = await send(second, 'GET', link)
    expect(rowsOf(delta).map((row) => row.id ?? row.new_thingid)).toEqual([guid(1), guid(2)])
    const next = second.table('new_things').create({})
    expect(next > made).toBe(true)
    expect(second.table('new_things').get(next)?.versionnumber as bigint).toBeGreaterThan(
      rows[0]?.versionnumber as bigint,
    )
    expect((await send(second, 'GET', "new_things(new_code='A1')")).status).toBe(200)
  })

  it('takes seed rows only when it is empty', async () => {
    const folder = temporaryFolder()
    const rows = { new_things: [{ new_thingid: guid(1) }] }
    const first = await open(folder, { rows })
    first.table('new_things').remove(guid(1))
    await first.close()
    expect((await open(folder, { rows })).table('new_things').count()).toBe(0)
  })

  it('keeps a large seed as a snapshot from the start', async () => {
    const folder = temporaryFolder()
    const rows = { new_things: Array.from({ length: 10_001 }, (_, i) => ({ new_site: i % 9 })) }
    await (await open(folder, { rows })).close()
    expect(statSync(join(folder, 'journal.ndjson')).size).toBe(0)
    const again = await open(folder)
    expect(again.table('new_things').count()).toBe(10_001)
    const next = again.table('new_things').create({})
    expect(again.table('new_things').rows().at(-1)?.new_thingid).toBe(next)
  })

  it('keeps nothing of a seed that fails', async () => {
    const folder = temporaryFolder()
    const rows = { new_things: [{ new_thingid: guid(1) }, { new_thingid: guid(1) }] }
    await expect(open(folder, { rows })).rejects.toThrow('matching key values')
    expect((await open(folder)).table('new_things').count()).toBe(0)
  })

  it('keeps expired tokens expired and schema changes made through the API', async () => {
    const folder = temporaryFolder()
    const tables = [{ ...things, changeTrackingEnabled: false }]
    const first = await open(folder, { tables })
    const path = "EntityDefinitions(LogicalName='new_thing')"
    const definition = (await send(first, 'GET', path)).json
    const put = await send(first, 'PUT', path, { body: { ...definition, ChangeTrackingEnabled: true } })
    expect(put.status).toBe(204)
    const read = await send(first, 'GET', 'new_things', { headers: tracked })
    first.deltaTokens.expireAll()
    await first.close()
    const second = await open(folder, { tables })
    expect((await send(second, 'GET', 'new_things', { headers: tracked })).status).toBe(200)
    const delta = await send(
      second,
      'GET',
      String(read.json['@odata.deltaLink']).replace(first.url, second.url),
    )
    expect(errorOf(delta).code).toBe('0x80044352')
  })

  it('is compacted into a snapshot, which holds the same', async () => {
    const folder = temporaryFolder()
    const first = await open(folder, { compactAfterBytes: 20_000 })
    const table = first.table('new_things')
    table.create({ new_thingid: guid(1) })
    const read = await send(first, 'GET', 'new_things', { headers: tracked })
    for (let i = 2; i < 300; i += 1) table.create({ new_thingid: guid(i), new_name: `N${i}` })
    for (let i = 2; i < 100; i += 1) table.remove(guid(i))
    // On to the next snapshot, so that the deletions are in one.
    const journalSize = () => statSync(join(folder, 'journal.ndjson')).size
    for (let before = 0; journalSize() >= before; ) {
      before = journalSize()
      table.update(guid(299), { new_site: 1 })
    }
    const rows = table.rows()
    expect(statSync(join(folder, 'snapshot.ndjson')).size).toBeGreaterThan(20_000)
    await first.close()
    const second = await open(folder)
    expect(second.table('new_things').rows()).toEqual(rows)
    const delta = await send(
      second,
      'GET',
      String(read.json['@odata.deltaLink']).replace(first.url, second.url),
    )
    expect(rowsOf(delta).filter((row) => row.reason === 'deleted')).toHaveLength(98)
    expect(rowsOf(delta)).toHaveLength(298)
  })

  it('loses nothing when a crash came between the snapshot and the end of its journal', async () => {
    const folder = temporaryFolder()
    const journal = join(folder, 'journal.ndjson')
    const first = await open(folder)
    for (let i = 1; i < 20; i += 1) first.table('new_things').create({ new_thingid: guid(i), new_site: i })
    const old = readFileSync(journal)
    await first.close()
    const second = await open(folder, { compactAfterBytes: 1 })
    second.table('new_things').update(guid(1), { new_site: 99 })
    const rows = second.table('new_things').rows()
    await second.close()
    // As if the journal had not been emptied.
    writeFileSync(journal, old)
    expect((await open(folder)).table('new_things').rows()).toEqual(rows)
  })

  it('cuts off a torn last record, and goes on after it', async () => {
    const folder = temporaryFolder()
    const journal = join(folder, 'journal.ndjson')
    const first = await open(folder)
    first.table('new_things').create({ new_thingid: guid(1) })
    first.table('new_things').create({ new_thingid: guid(2) })
    await first.close()
    truncateSync(journal, statSync(journal).size - 7)
    const second = await open(folder)
    expect(
      second
        .table('new_things')
        .rows()
        .map((row) => row.new_thingid),
    ).toEqual([guid(1)])
    second.table('new_things').create({ new_thingid: guid(3) })
    await second.close()
    appendFileSync(journal, '00000000 {"n":')
    expect((await open(folder)).table('new_things').count()).toBe(2)
  })

  it('refuses a journal that is damaged in the middle', async () => {
    const folder = temporaryFolder()
    const journal = join(folder, 'journal.ndjson')
    const first = await open(folder)
    for (let i = 1; i < 4; i += 1) first.table('new_things').create({ new_thingid: guid(i) })
    await first.close()
    const text = readFileSync(journal, 'utf8')
    writeFileSync(journal, text.replace(guid(2), guid(9)))
    await expect(open(folder)).rejects.toThrow(/journal\.ndjson is damaged at byte \d+/)
  })

  it('serves one emulator at a time, and takes over from one that is dead', async () => {
    const folder = temporaryFolder()
    const first = await open(folder)
    await expect(open(folder)).rejects.toThrow(`in use by process ${process.pid}`)
    await first.close()
    writeFileSync(join(folder, 'lock'), `${process.pid} 1`)
    const second = await open(folder)
    await second.close()
    writeFileSync(join(folder, 'lock'), '999999999')
    await open(folder)
  })
})

describe('a process that is killed while it writes', () => {
  it('has lost nothing that it had acknowledged, each time', async () => {
    const folder = temporaryFolder()
    const acknowledged = new Map<string, number>()
    let highest = 0
    for (let round = 1; round <= 4; round += 1) {
      const emulator =
        round % 2 === 0
          ? startProcess(['--port', '0', '--state', folder])
          : startProcess([folder], './compacting-emulator.mjs')
      const root = `${await emulator.firstLine}/api/data/v9.2`
      let answered = 0
      // Each lane has rows of its own and writes ever greater numbers into them.
      const write = async (lane: number): Promise<void> => {
        for (let number = round * 1_000_000; ; number += 1) {
          const id = guid(lane * 1000 + (number % 40))
          const response = await fetch(`${root}/products(${id})`, {
            method: 'PATCH',
            headers: { 'Content-Type': 'application/json', Prefer: 'return=representation' },
            body: JSON.stringify({ name: String(number), productnumber: id }),
          })
          const row = (await response.json()) as { versionnumber: number }
          expect(response.status).toBeLessThan(300)
          acknowledged.set(id, number)
          highest = Math.max(highest, row.versionnumber)
          answered += 1
          if (answered === 60 * round) emulator.child.kill('SIGKILL')
        }
      }
      await Promise.allSettled([1, 2, 3, 4].map(write))
      await emulator.ended
      expect(answered).toBeGreaterThanOrEqual(60 * round)

      const survivor = await open(folder)
      const products = survivor.table('products')
      for (const [id, number] of acknowledged) {
        // A write that was not acknowledged may have happened too, never an older one.
        expect(Number(products.get(id)?.name)).toBeGreaterThanOrEqual(number)
      }
      const next = products.create({ name: 'after', productnumber: `after-${round}` })
      expect(Number(products.get(next)?.versionnumber)).toBeGreaterThan(highest)
      await survivor.close()
    }
    expect(acknowledged.size).toBeGreaterThan(40)
  })
})
