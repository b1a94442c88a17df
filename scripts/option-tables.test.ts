import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const { readmesWithTables } = (await import(new URL('./lib/option-tables.mjs', import.meta.url).href)) as {
  readmesWithTables: (root: string) => Promise<Record<string, string>>
}
const root = mkdtempSync(join(tmpdir(), 'option-tables-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function plant(name: string, readme: string): void {
  const directory = join(root, 'packages/core', name)
  mkdirSync(join(directory, 'dist'), { recursive: true })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, type: 'module' }))
  writeFileSync(join(directory, 'README.md'), readme)
  writeFileSync(
    join(directory, 'dist/options.js'),
    `export const things = { describe: () => [
      { name: 'file', type: 'text', isRequired: true, default: undefined, doc: 'Where it is.' },
      { name: 'mode', type: "'a' | 'b'", isRequired: false, default: 'a', doc: 'How.' },
    ] }`,
  )
}

describe('tables of options', () => {
  it('are written between their marks, and the rest of the README stays', async () => {
    plant('one', 'before\n<!-- options: things -->\nold\n<!-- end of options -->\nbehind\n')
    plant('two', 'no table here\n')
    expect(await readmesWithTables(root)).toEqual({
      'packages/core/one/README.md': [
        'before',
        '<!-- options: things -->',
        '',
        '| option | takes      | default  | what it does |',
        '| ------ | ---------- | -------- | ------------ |',
        '| `file` | text       | required | Where it is. |',
        "| `mode` | 'a' \\| 'b' | a        | How.         |",
        '',
        '<!-- end of options -->',
        'behind',
        '',
      ].join('\n'),
    })
  })

  it('stand in pages of docs too, from other files than the one of options', async () => {
    plant('one', 'no table here\n')
    const directory = join(root, 'packages/core/one')
    mkdirSync(join(directory, 'docs'))
    mkdirSync(join(directory, 'dist/lib'))
    writeFileSync(
      join(directory, 'docs/reading.md'),
      '<!-- options: others from lib/others -->\n<!-- end of options -->\n',
    )
    writeFileSync(
      join(directory, 'dist/lib/others.js'),
      `export const others = { describe: () => [
        { name: 'size', type: 'number', isRequired: false, default: '5', doc: 'How big.' },
      ] }`,
    )
    const written = await readmesWithTables(root)
    expect(Object.keys(written)).toEqual(['packages/core/one/docs/reading.md'])
    expect(written['packages/core/one/docs/reading.md']).toContain(
      '| `size` | number | 5       | How big.     |',
    )
    rmSync(directory, { recursive: true })
  })

  it('name the declaration that is missing', async () => {
    plant('one', '<!-- options: others -->\n<!-- end of options -->\n')
    await expect(readmesWithTables(root)).rejects.toThrow(
      'packages/core/one/src/options.ts does not export others',
    )
  })
})
