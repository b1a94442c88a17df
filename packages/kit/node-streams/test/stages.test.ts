import type { ChangeEvent, DeletedChange, UpsertedChange } from '@deltaverse/core'
import { batch, onlyChanges, onlyDeletes, onlyUpserts } from '@deltaverse/node-streams'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { collect } from './collect.js'
import { type Contact, contact, createFakeFeed, deleted, endlessContacts, everyEvent } from './fake-feed.js'

describe('batch()', () => {
  it('only groups: the batches one after the other are the items, full but for the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.anything()), fc.integer({ min: 1, max: 10 }), async (items, size) => {
        // Wrapped, because `for await` over an array would wait for an item that has a `then`.
        const batches = await collect(batch<{ item: unknown }>(size)(items.map((item) => ({ item }))))
        expect(batches.flat().map(({ item }) => item)).toEqual(items)
        expect(batches.every(({ length }, index) => length === size || index === batches.length - 1)).toBe(
          true,
        )
        expect(batches.every(({ length }) => length > 0)).toBe(true)
      }),
    )
  })

  it('keeps within maxBytes, except for an item that is too big alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 30 }), async (sizes, maxBytes) => {
        const batches = await collect(batch<number>(4, { maxBytes, sizeOf: (size) => size })(sizes))
        expect(batches.flat()).toEqual(sizes)
        for (const items of batches) {
          expect(items.length).toBeLessThanOrEqual(4)
          const bytes = items.reduce((sum, size) => sum + size, 0)
          if (items.filter((size) => size > 0).length > 1) expect(bytes).toBeLessThanOrEqual(maxBytes)
        }
      }),
    )
  })

  it('knows the size of changes, text and bytes', async () => {
    expect(await collect(batch<string>(9, { maxBytes: 4 })(['éé', 'a', 'bcd', 'e']))).toEqual([
      ['éé'],
      ['a', 'bcd'],
      ['e'],
    ])
    expect(
      await collect(batch<Uint8Array>(9, { maxBytes: 3 })([new Uint8Array(2), new Uint8Array(2)])),
    ).toHaveLength(2)
    const maxBytes = contact(1).bytes.length * 2
    const sizes = (await collect(batch<ChangeEvent>(9, { maxBytes })([...everyEvent, contact(4)]))).map(
      (b) => b.length,
    )
    expect(sizes).toEqual([3, 4])
  })

  it('refuses items of unknown size and says what to do', async () => {
    const stage = batch<unknown>(9, { maxBytes: 10 })
    await expect(collect(stage([{ a: 1 }]))).rejects.toThrow(/an object has; give it sizeOf/)
    await expect(collect(stage([7]))).rejects.toThrow(TypeError)
  })

  it('hands a batch on as soon as it is full, without pulling further', async () => {
    const feed = createFakeFeed(endlessContacts())
    for await (const items of batch(3)(onlyUpserts()(feed.changes()))) {
      expectTypeOf(items).toEqualTypeOf<UpsertedChange<Contact>[]>()
      expect(items).toHaveLength(3)
      expect(feed.pulled).toBe(3)
      break
    }
    expect(feed.closed).toBe(true)
  })

  it.each([0, -1, 2.5, Number.POSITIVE_INFINITY, '3', undefined])('refuses the size %s', (size) => {
    expect(() => batch(size as number)).toThrow(
      /size (?:must be a whole number of at least 1, received|is required)/,
    )
    if (size !== undefined) expect(() => batch(1, { maxBytes: size as number })).toThrow(/maxBytes must be/)
  })

  it('refuses a sizeOf that is no function', () => {
    expect(() => batch(1, { sizeOf: 3 as never })).toThrow('sizeOf must be a function, received a number')
  })
})

describe('onlyUpserts(), onlyDeletes(), onlyChanges()', () => {
  it('pass events of their kinds, untouched and in order', async () => {
    expect(await collect(onlyUpserts()(everyEvent))).toEqual([everyEvent[1], everyEvent[2]])
    expect(await collect(onlyDeletes()(everyEvent))).toEqual([everyEvent[3]])
    const changes = await collect(onlyChanges()(everyEvent))
    expect(changes).toHaveLength(3)
    expect(changes[0]).toBe(everyEvent[1])
  })

  it('keep pages as pages and leave out those that have become empty', async () => {
    const pages = () => createFakeFeed([contact(1), deleted(2), deleted(3), deleted(4), contact(5)]).pages()
    expect((await collect(onlyUpserts()(pages()))).map((page) => page.length)).toEqual([1, 1])
    expect((await collect(onlyDeletes()(pages()))).map((page) => page.length)).toEqual([1, 2])
    expect((await collect(onlyChanges()(pages()))).map((page) => page.length)).toEqual([2, 2, 1])
  })

  it('keep the type of the row', async () => {
    const feed = createFakeFeed([contact(1), deleted(2)])
    for await (const change of onlyUpserts()(feed.changes())) {
      expectTypeOf(change).toEqualTypeOf<UpsertedChange<Contact>>()
      expect(change.row.fullname).toBe('Contact 1')
    }
    for await (const page of onlyUpserts()(feed.pages()))
      expectTypeOf(page).toEqualTypeOf<UpsertedChange<Contact>[]>()
    for await (const change of onlyDeletes()(feed.changes()))
      expectTypeOf(change).toEqualTypeOf<DeletedChange>()
  })

  it('reach the finally of the feed when the consumer breaks', async () => {
    const feed = createFakeFeed(endlessContacts())
    for await (const _ of onlyUpserts()(feed.changes())) break
    expect(feed).toMatchObject({ closed: true, pulled: 1 })
  })
})
