import { writeFileSync } from 'node:fs'
import { standardTables } from '@deltaverse/emulator'
import { describe, expect, it } from 'vitest'
import { createErpScene } from './support/erp-scene.js'

const ten = Array.from({ length: 10 }, (_, index) => ({
  productnumber: `P${index}`,
  name: `Product ${index}`,
}))
const tenLines = ten.map(({ productnumber, name }) => `${productnumber},${name}\n`).join('')

/** Products whose price has four digits after the point. */
function fourDigits() {
  const product = standardTables.find(({ logicalName }) => logicalName === 'product')!
  const columns = product.columns.map((column) =>
    column.schemaName === 'Price' ? { ...column, precision: 4 } : column,
  )
  return [{ ...product, columns }]
}

describe('what counts as changed', () => {
  it.each([
    ['zeros at the end', '12.34560', 0],
    ['digits that money does not keep', '12.345649', 0],
    ['a plus sign', '+12.3456', 0],
    ['the fourth digit', '12.3457', 1],
    ['nothing in place of an amount', '', 1],
  ])('money: %s', async (_, price, updated) => {
    const scene = await createErpScene([{ productnumber: 'A', name: 'a', price: 12.3456 }], {
      tables: fourDigits(),
    })
    scene.writeFile(`productnumber,name,price\nA,a,${price}\n`)
    expect(await scene.sync()).toMatchObject({ updated, unchanged: 1 - updated, failed: 0 })
    expect(await scene.sync()).toMatchObject({ updated: 0, unchanged: 1, requests: { writes: 0 } })
  })

  it('an empty cell is nothing, and clears what was there', async () => {
    const scene = await createErpScene([
      { productnumber: 'A', name: 'a', description: 'old' },
      { productnumber: 'B', name: 'b' },
    ])
    scene.writeFile('productnumber,name,description\nA,a,\nB,b,""\n')
    expect(await scene.sync()).toMatchObject({ updated: 1, unchanged: 1 })
    expect(scene.product('A')).toMatchObject({ description: null })
  })

  it('writes only the columns that differ', async () => {
    const scene = await createErpScene([{ productnumber: 'A', name: 'a', size: 'small', price: 3 }])
    scene.writeFile('productnumber,name,size,price\nA,a,large,3.00\n')
    expect(await scene.sync({ dryRun: true })).toMatchObject({
      plan: [{ plan: 'update', productnumber: 'A', columns: ['size'] }],
    })
    expect(scene.writeRequests()).toBe(0)
  })

  it('takes the last of several rows of one product', async () => {
    const scene = await createErpScene([])
    scene.writeFile('productnumber,name,quantitydecimal\nA,first,2\nA,second,2\n')
    expect(await scene.sync()).toMatchObject({ created: 1, superseded: 1 })
    expect(scene.product('A')).toMatchObject({ name: 'second' })
  })
})

describe('what is gone', () => {
  it('is deactivated, and activated when it comes back', async () => {
    const scene = await createErpScene(ten)
    scene.writeFile(`productnumber,name\n${tenLines.replace(/^P3.*\n/m, '')}`)
    expect(await scene.sync()).toMatchObject({ deactivated: 1, unchanged: 9 })
    expect(scene.product('P3')).toMatchObject({ statecode: 1, statuscode: 2 })
    scene.writeFile(`productnumber,name\n${tenLines}`)
    expect(await scene.sync()).toMatchObject({ deactivated: 0, updated: 1, unchanged: 9 })
    expect(scene.product('P3')).toMatchObject({ statecode: 0, statuscode: 1 })
    expect(await scene.sync()).toMatchObject({ requests: { writes: 0 } })
  })

  it('is refused beyond the share that may go, before anything is written', async () => {
    const scene = await createErpScene(ten)
    scene.writeFile('productnumber,name\nP0,Changed\nP1,Product 1\n')
    await expect(scene.sync({ maxDeleteShare: 0.1 })).rejects.toThrow(
      /8 of 10 active products \(80 %\) .* at most 10 % .* --max-delete-share 80/,
    )
    expect(scene.writeRequests()).toBe(0)
    expect(await scene.sync({ maxDeleteShare: 0.8 })).toMatchObject({ updated: 1, deactivated: 8 })
  })

  it('is only looked for where the file speaks for, or not at all', async () => {
    const scene = await createErpScene([...ten, { productnumber: 'X1', name: 'not from the ERP' }])
    scene.writeFile(`productnumber,name\n${tenLines.replace(/^P3.*\n/m, '')}`)
    expect(await scene.sync({ deactivate: false })).toMatchObject({ deactivated: 0 })
    expect(await scene.sync({ scope: "startswith(productnumber,'P')" })).toMatchObject({ deactivated: 1 })
    expect(scene.product('X1')).toMatchObject({ statecode: 0 })
  })

  it('does not go by upper and lower case, as the database does not', async () => {
    const scene = await createErpScene(ten)
    scene.writeFile(`productnumber,name\n${tenLines.replaceAll('P', 'p').replaceAll('product', 'Product')}`)
    expect(await scene.sync()).toMatchObject({ deactivated: 0, created: 0 })
  })

  it('is left alone while a row of the file names no product', async () => {
    const scene = await createErpScene(ten)
    scene.writeFile(`productnumber,name\n${tenLines.replace(/^P3/m, '')}`)
    const report = await scene.sync()
    expect(report).toMatchObject({ deactivated: 0, failed: 1, unchanged: 9 })
    expect(report.withheld).toMatch(/1 products are gone, but 1 rows have no product number/)
    expect(scene.product('P3')).toMatchObject({ statecode: 0 })
  })

  it('is found on every page', async () => {
    const scene = await createErpScene(ten, { maxPageSize: 3 })
    scene.writeFile(`productnumber,name\n${tenLines.replace(/^P9.*\n/m, '')}`)
    expect(await scene.sync()).toMatchObject({ deactivated: 1 })
  })
})

describe('a row that cannot be written', () => {
  const bad = `productnumber,name,price\nP0,Better,1.50\nP1,${'x'.repeat(101)},2\nP2,Good,"3,5"\n`

  it('goes to the dead letters, and the others are written', async () => {
    const scene = await createErpScene(ten.slice(0, 3))
    scene.writeFile(bad)
    expect(await scene.sync()).toMatchObject({ updated: 1, failed: 2, deadLetters: scene.deadLetterFile })
    expect(scene.product('P0')).toMatchObject({ name: 'Better', price: 1.5 })
    const letters = scene.deadLetters().sort((a, b) => a.index - b.index)
    expect(letters).toMatchObject([
      {
        entitySet: 'products',
        operation: 'upsert',
        index: 1,
        row: { productnumber: 'P1' },
        status: 'failed',
      },
      { index: 2, row: { productnumber: 'P2', price: '3,5' } },
    ])
    expect(letters.every(({ message }) => typeof message === 'string' && message.length > 10)).toBe(true)
  })

  it('is written when its corrected letter is replayed', async () => {
    const scene = await createErpScene(ten.slice(0, 3))
    scene.writeFile(bad)
    await scene.sync()
    const corrected = scene.deadLetters().map((letter) => ({
      ...letter,
      row: { ...letter.row, ...(letter.index === 1 ? { name: 'Short' } : { price: 3.5 }) },
    }))
    writeFileSync(scene.deadLetterFile, corrected.map((letter) => `${JSON.stringify(letter)}\n`).join(''))
    expect(await scene.replay(scene.deadLetterFile)).toMatchObject({ rows: 2, updated: 2, failed: 0 })
    expect(scene.product('P1')).toMatchObject({ name: 'Short', price: 2 })
    expect(scene.product('P2')).toMatchObject({ name: 'Good', price: 3.5 })
    expect(await scene.replay(scene.deadLetterFile)).toMatchObject({ rows: 2, unchanged: 2 })
  })

  it('stays a dead letter of its own operation when it was to be deactivated', async () => {
    const scene = await createErpScene(ten)
    scene.writeFile(`productnumber,name\n${tenLines.replace(/^P3.*\n/m, '')}`)
    scene.emulator.faults.next({
      url: /products.*UpdateMultiple|batch|products\(/,
      status: 403,
      code: '0x80040220',
      message: 'no',
    })
    const report = await scene.sync()
    expect(report).toMatchObject({ deactivated: 0, failed: 1 })
    expect(scene.deadLetters()).toMatchObject([{ operation: 'deactivate', row: { productnumber: 'P3' } }])
    expect(await scene.replay(scene.deadLetterFile)).toMatchObject({ rows: 1, deactivated: 1 })
    expect(scene.product('P3')).toMatchObject({ statecode: 1 })
  })
})

describe('a file that is none', () => {
  it.each([
    ['a torn quote', 'productnumber,name\nA,"a\nB,b\n', /is no CSV: .*[Qq]uot/],
    ['a short row', 'productnumber,name\nA\n', /is no CSV: .*(length|columns)/i],
    ['a column that products do not have', 'productnumber,colour\nA,red\n', /"colour".*known are/],
    ['no product numbers', 'name\na\n', /no column "productnumber"/],
  ])('%s: is refused before anything is written', async (_, text, message) => {
    const scene = await createErpScene(ten)
    scene.writeFile(text)
    await expect(scene.sync()).rejects.toThrow(message)
    expect(scene.writeRequests()).toBe(0)
  })
})
