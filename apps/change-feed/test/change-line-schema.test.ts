import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createLineCheck } from './support/rebuilt-table.js'

const folder = new URL('../', import.meta.url)

describe('changeLineSchema', () => {
  it('accepts the lines that the README shows', () => {
    const check = createLineCheck()
    const lines = readFileSync(new URL('README.md', folder), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"kind":'))
    expect(lines).toHaveLength(2)
    for (const line of lines) check(line)
  })

  it('refuses lines that say something else', () => {
    const check = createLineCheck()
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    for (const line of [
      {},
      { kind: 'created', table: 'products', id, row: {} },
      { kind: 'upserted', table: 'products', id },
      { kind: 'upserted', table: 'products', id: id.toUpperCase(), row: {} },
      { kind: 'upserted', table: 'products', id, rowVersion: 7, row: {} },
      { kind: 'deleted', table: 'products', id, row: {} },
    ]) {
      expect(() => check(JSON.stringify(line))).toThrow()
    }
  })
})
