import { createChangeFeed } from '@deltaverse/dataverse'
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
