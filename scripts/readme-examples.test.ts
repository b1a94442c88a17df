import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const readmes = [
  {
    name: 'the repository',
    readme: join(root, 'README.md'),
    test: join(root, 'apps/change-feed/test/readme.examples.test.ts'),
  },
  ...readdirSync(join(root, 'packages')).map((name) => ({
    name,
    readme: join(root, 'packages', name, 'README.md'),
    test: join(root, 'packages', name, 'test/readme.examples.test.ts'),
  })),
]

/** Code of a README by the name in the mark above it; the import lines at its top are left out. */
function shownIn(readme: string): Map<string, string> {
  const marked = /<!-- example: (\w+) -->\n```ts\n((?:import [^\n]*\n)*)\n?([\s\S]*?)```/g
  return new Map([...readme.matchAll(marked)].map(([, name, , code]) => [name!, code!]))
}

/** Code of a test by the name in the mark above it, moved to the left margin. */
function runIn(test: string): Map<string, string> {
  const marked = /^( *)\/\/ example: (\w+)\n([\s\S]*?)^ *\/\/ end$/gm
  return new Map(
    [...test.matchAll(marked)].map(([, indent, name, code]) => [
      name!,
      code!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    ]),
  )
}

describe.each(readmes)('the README of $name', ({ readme, test }) => {
  it('shows code that a test runs, and only such code', () => {
    const text = readFileSync(readme, 'utf8')
    const shown = shownIn(text)
    const blocks = text.match(/^```ts$/gm)?.length ?? 0
    expect(shown.size, 'every block of TypeScript has an example mark').toBe(blocks)
    expect(shown).toEqual(existsSync(test) ? runIn(readFileSync(test, 'utf8')) : new Map())
  })
})
