import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const text = readFileSync(`${root}GUARANTEES.md`, 'utf8')

/** Each promise that a test holds: the file that is linked and the name in quotes behind it. */
const held = [...text.matchAll(/\]\(([^)]+\.ts)\): "([^"]+)"/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}))

describe('GUARANTEES.md', () => {
  it('names a test for every promise that is not a measurement', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:---|promise)/.test(line))
    const unheld = rows.filter((row) => !/\]\([^)]+\.ts\): "/.test(row) && !row.includes('`npm run bench`'))
    expect(unheld).toEqual([])
    expect(held.length).toBeGreaterThan(15)
  })

  it.each(held)('names a test that exists: $file, "$name"', ({ file, name }) => {
    expect(existsSync(`${root}${file}`), file).toBe(true)
    expect(readFileSync(`${root}${file}`, 'utf8')).toContain(name)
  })

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(`${root}${link}`))).toEqual([])
  })
})
