import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { asReadable, asWritable } from '@deltaverse/node-streams'
import { describe, expect, it } from 'vitest'
import { collect } from './collect.js'
import { createFakeFeed, endlessContacts } from './fake-feed.js'

/** A promise and the function that settles it. */
function createGate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

describe('asReadable()', () => {
  it('is a stream of objects, or of bytes', async () => {
    const objects = asReadable([{ a: 1 }, { a: 2 }])
    expect(objects).toBeInstanceOf(Readable)
    expect(objects.readableObjectMode).toBe(true)
    expect(await collect(objects)).toEqual([{ a: 1 }, { a: 2 }])
    const bytes = asReadable(['é', Buffer.from('x'), '', new Uint8Array([0x79])], { objectMode: false })
    expect(bytes.readableObjectMode).toBe(false)
    expect(Buffer.concat(await collect(bytes)).toString()).toBe('éxy')
  })

  it('pulls only what is read, plus the high water mark', async () => {
    const feed = createFakeFeed(endlessContacts())
    const stream = asReadable(feed.changes(), { highWaterMark: 4 })
    expect(feed.pulled).toBe(0)
    stream.read()
    await settle()
    expect(feed.pulled).toBeLessThanOrEqual(5)
    stream.destroy()
  })

  it('holds one item ahead when nothing else is said', async () => {
    const feed = createFakeFeed(endlessContacts())
    const stream = asReadable(feed.changes())
    stream.read()
    await settle()
    expect(feed.pulled).toBeLessThanOrEqual(2)
    stream.destroy()
  })

  it('is destroyed with the error of the iterable', async () => {
    const torn = new Error('torn')
    async function* source() {
      yield 1
      throw torn
    }
    const stream = asReadable(source())
    await expect(collect(stream)).rejects.toBe(torn)
    expect(stream.destroyed).toBe(true)
  })

  it.each([
    ['an error', new Error('enough')],
    ['none', undefined],
  ])('ends the iterable before it closes, when destroyed with %s', async (_name, reason) => {
    const feed = createFakeFeed(endlessContacts())
    const stream = asReadable(feed.changes())
    await once(stream, 'readable')
    const errors: unknown[] = []
    stream.on('error', (error) => errors.push(error))
    stream.destroy(reason)
    await new Promise((resolve) => stream.once('close', resolve))
    expect(feed.closed).toBe(true)
    expect(errors).toEqual(reason === undefined ? [] : [reason])
  })
})

describe('asWritable()', () => {
  it('hands what is written to the consumer, and finishes after it', async () => {
    const gate = createGate()
    const seen: number[] = []
    const stream = asWritable<number>(async (source) => {
      for await (const item of source) seen.push(item)
      await gate.opened
      seen.push(-1)
    })
    expect(stream).toBeInstanceOf(Writable)
    let isFinished = false
    stream.on('finish', () => {
      isFinished = true
    })
    const done = pipeline([1, 2, 3], stream)
    await settle()
    expect(seen).toEqual([1, 2, 3])
    expect(isFinished).toBe(false)
    gate.open()
    await done
    expect(isFinished).toBe(true)
    expect(seen).toEqual([1, 2, 3, -1])
  })

  it('finishes an empty input', async () => {
    const stream = asWritable(async (source) => expect(await collect(source)).toEqual([]))
    stream.end()
    await finished(stream)
  })

  it('takes bytes when told so', async () => {
    let text = ''
    const stream = asWritable<Buffer>(
      async (source) => {
        text = Buffer.concat(await collect(source)).toString()
      },
      { objectMode: false },
    )
    expect(stream.writableObjectMode).toBe(false)
    await pipeline(['é', 'x'], stream)
    expect(text).toBe('éx')
  })

  it('lets a slow consumer stop the source', async () => {
    const feed = createFakeFeed(endlessContacts())
    const gate = createGate()
    let taken = 0
    const stream = asWritable(
      async (source) => {
        for await (const _ of source) {
          if (++taken === 3) await gate.opened
          if (taken === 6) throw new Error('done')
        }
      },
      { highWaterMark: 2 },
    )
    const running = pipeline(feed.changes(), stream)
    const failed = expect(running).rejects.toThrow('done')
    await settle()
    expect(taken).toBe(3)
    // The three taken, at most two that wait in the stream, one on its way.
    expect(feed.pulled).toBeLessThanOrEqual(6)
    gate.open()
    await failed
    await settle()
    expect(feed.closed).toBe(true)
  })

  it.each([
    ['at once', 0],
    ['later', 2],
  ])('is destroyed with the error of its consumer, thrown %s', async (_name, after) => {
    const full = new Error('disk full')
    const feed = createFakeFeed(endlessContacts())
    const stream = asWritable(async (source) => {
      if (after === 0) throw full
      let count = 0
      for await (const _ of source) if (++count === after) throw full
    })
    await expect(pipeline(feed.changes(), stream)).rejects.toBe(full)
    expect(stream.destroyed).toBe(true)
    await settle()
    expect(feed.closed).toBe(true)
  })

  it('fails instead of finishing when the consumer fails at its very end', async () => {
    const lost = new Error('commit failed')
    const stream = asWritable(async (source) => {
      await collect(source)
      throw lost
    })
    stream.on('finish', () => {
      throw new Error('finished')
    })
    await expect(pipeline([1], stream)).rejects.toBe(lost)
    expect(stream.writableFinished).toBe(false)
  })

  it('throws in the consumer when it is destroyed, and closes after the consumer', async () => {
    const reason = new Error('cut')
    const order: unknown[] = []
    const stream = asWritable(async (source) => {
      try {
        await collect(source)
      } catch (error) {
        order.push(error)
        await settle()
        order.push('cleaned up')
        throw error
      }
    })
    stream.on('error', (error) => order.push(['error', error]))
    stream.on('close', () => order.push('close'))
    stream.write(1)
    stream.destroy(reason)
    await new Promise((resolve) => stream.once('close', resolve))
    expect(order).toEqual([reason, 'cleaned up', ['error', reason], 'close'])
  })

  it('never lets the consumer take a closed stream for a finished one', async () => {
    let ending: unknown = 'finished'
    const stream = asWritable(async (source) => {
      await collect(source).catch((error) => {
        ending = error
      })
    })
    stream.write(1)
    stream.destroy()
    await once(stream, 'close')
    expect(ending).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
  })

  it('tells the callback of a write that nobody took', async () => {
    const stream = asWritable(() => new Promise<void>(() => {}))
    const cut = new Error('cut')
    stream.on('error', () => {})
    const told = new Promise((resolve) => stream.write(1, resolve))
    stream.destroy(cut)
    expect(await told).toBe(cut)
  })

  it('lets the consumer end early when nothing more comes', async () => {
    const stream = asWritable<number>(async (source) => {
      for await (const item of source) if (item === 2) break
    })
    await pipeline([1, 2], stream)
    expect(stream.writableFinished).toBe(true)
  })

  it('refuses an item that nobody will read', async () => {
    const stream = asWritable<number>(async (source) => {
      for await (const _ of source) break
    })
    await expect(pipeline(endlessContacts(), stream)).rejects.toMatchObject({ code: 'bad-request' })
  })

  it('refuses an item that comes long after the consumer ended', async () => {
    const stream = asWritable<number>(async () => {})
    await settle()
    const failed = once(stream, 'error')
    stream.write(1)
    expect(await failed).toEqual([expect.objectContaining({ code: 'bad-request' })])
  })

  it('refuses anything but a function', () => {
    expect(() => asWritable(undefined as never)).toThrow(/needs a function.*received undefined/)
  })
})
