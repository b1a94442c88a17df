import type { Checkpoint } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import { createSeededRandom } from '@deltaverse/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type DeletionShape, type ElasticService, startElasticService } from './support/elastic-service.js'
import { describeEverySink } from './support/every-sink.js'

let service: ElasticService
afterEach(() => service.close())

const one = '0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0'
const two = '1f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0'

const feed = (partitionKey?: 'none') =>
  createChangeFeed(service.client, {
    entitySet: 'new_readings',
    select: ['new_value', 'partitionid'],
    partitionKey,
  })

const shapes: readonly DeletionShape[] = ['id-only', 'with-partition', 'key-predicate']

describeEverySink('an elastic table', (open) => {
  describe.each(shapes)('whose deletions are told %s', (shape) => {
    it('keeps rows of one id apart by their partition, and deletes the right one', async () => {
      service = await startElasticService(shape)
      const sink = open('readings')
      service.put({ id: one, partition: 'north', value: 'a' })
      service.put({ id: one, partition: `it's "so", \\ far`, value: 'b' })
      service.put({ id: two, partition: null, value: 'c' })
      await sink.run(feed())
      const strange = `${one},${encodeURIComponent(`it's "so", \\ far`)}`
      expect(await sink.ids()).toEqual([strange, `${one},north`, two].sort())

      service.remove(one, 'north')
      service.put({ id: two, partition: 'north', value: 'd' })
      await sink.run(feed())
      expect(await sink.ids()).toEqual([strange, two, `${two},north`].sort())
      expect(await sink.verify(feed())).toMatchObject({ ok: true, rowsInTable: 3, rowsInSink: 3 })
    })
  })

  it('that was kept by id alone is read in full by id and partition, or refused by a table whose key is a GUID', async () => {
    service = await startElasticService('id-only')
    const sink = open('readings')
    service.put({ id: one, partition: 'north', value: 'a' })
    await sink.run(feed('none'))
    service.put({ id: one, partition: 'south', value: 'b' })
    const outcome = await sink.run(feed()).then(
      () => 'read in full',
      (error: Error) => error.message,
    )
    if (outcome === 'read in full') expect(await sink.ids()).toEqual([`${one},north`, `${one},south`])
    else {
      expect(outcome).toMatch(/'id' of .* has the type uuid, and text is needed/)
      expect(await sink.ids()).toEqual([one])
    }
  })
})

describe.each(shapes)('whatever is written to an elastic table whose deletions are told %s', (shape) => {
  it('is in whatever follows it, once no deletion is owed', async () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const random = createSeededRandom(seed)
      service = await startElasticService(shape)
      let held = new Set<string>()
      // Of the full read under way.
      let brought = new Set<string>()
      let checkpoint: Checkpoint | null = null
      const read = async (): Promise<void> => {
        for await (const change of feed().changes({ checkpoint })) {
          if (change.kind === 'upserted') {
            held.add(change.id)
            brought.add(change.id)
          } else if (change.kind === 'deleted') {
            held.delete(change.id)
            brought.delete(change.id)
          } else if (change.kind === 'reset') brought = new Set()
          else if (change.kind === 'complete') held = new Set(brought)
          else checkpoint = change.checkpoint
        }
      }
      const expected = new Set<string>()
      for (let step = 0; step < 30; step += 1) {
        const id = random.pick([one, two])
        const partition = random.pick([null, 'a', 'b', "c'd"])
        const rowId = partition === null ? id : `${id},${encodeURIComponent(partition)}`
        if (random.chance(0.6)) {
          service.put({ id, partition, value: String(step) })
          expected.add(rowId)
        } else if (expected.delete(rowId)) service.remove(id, partition)
        if (random.chance(0.3)) await read()
      }
      await read()
      await read()
      expect([...held].sort(), `seed ${seed}`).toEqual([...expected].sort())
      if (seed < 8) await service.close()
    }
  })
})
