import { createMemorySink, createMemoryStorage } from '@deltaverse/testing'
import { expect, it } from 'vitest'
import { account, checkpoint, complete, createStrictSink, reset } from '../src/index.js'

const strictSink = async () => {
  const sink = createStrictSink(createMemorySink(createMemoryStorage()))
  await sink.open(undefined)
  return sink
}

it('a strict sink refuses a checkpoint that is told twice', async () => {
  const sink = await strictSink()
  await sink.write([account(1), checkpoint()])
  await expect(sink.write([checkpoint()])).rejects.toThrow(/told twice/)
  await sink.write([account(2), checkpoint()])
  await sink.open(1)
  await sink.write([checkpoint(), checkpoint({ epoch: 2 })])
})

it('a strict sink refuses events before it is open, and a complete of another epoch', async () => {
  const sink = await strictSink()
  await expect(sink.write([reset(2), account(1), complete(1, 1)])).rejects.toThrow(/epoch 1 was completed/)
  await sink.close()
  await expect(sink.write([account(1)])).rejects.toThrow(/not open/)
})
