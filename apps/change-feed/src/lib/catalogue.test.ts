import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { catalogue, productAt } from './catalogue.js'
import { playbookOf } from './night.js'

const fingerprint = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

describe('catalogue()', () => {
  it('is the same on every machine', () => {
    expect(productAt(1)).toEqual(productAt(1))
    expect(fingerprint([...catalogue(500)])).toBe('df34083a8e667db8')
  })

  it('numbers its products and gives each a price above its cost', () => {
    const products = [...catalogue(300)]
    expect(products[0]?.productnumber).toBe('SKU-00001')
    expect(products[299]?.productnumber).toBe('SKU-00300')
    for (const { price, standardcost } of products) {
      expect(price).toBeGreaterThan(standardcost as number)
      expect(Math.round((price as number) * 100) / 100).toBe(price)
    }
  })
})

describe('playbookOf()', () => {
  it('is the same on every machine, and another one each night', () => {
    expect(fingerprint(playbookOf(1, 10_000))).toBe('f06558c540e09087')
    expect(playbookOf(2, 10_000)).not.toEqual(playbookOf(1, 10_000))
  })

  it('updates some 50 products, creates a few and deletes a few', () => {
    const writes = playbookOf(3, 10_000)
    const deleted = writes.filter(({ kind }) => kind === 'delete')
    expect(writes).toHaveLength(58)
    expect(deleted).toHaveLength(3)
  })

  it.each([1, 2, 7, 60, 10_000])(
    'never touches a product again that is gone, with %i products at first',
    (size) => {
      const gone = new Set<string>()
      for (let night = 1; night <= 40; night += 1) {
        for (const write of playbookOf(night, size)) {
          expect(gone.has(write.productNumber)).toBe(false)
          if (write.kind === 'delete') gone.add(write.productNumber)
        }
      }
    },
  )

  it('leaves at least half of the catalogue', () => {
    const gone = new Set<string>()
    for (let night = 1; night <= 30; night += 1) {
      for (const write of playbookOf(night, 20)) if (write.kind === 'delete') gone.add(write.productNumber)
    }
    expect(gone.size).toBe(10)
  })
})
