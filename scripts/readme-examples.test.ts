import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { filesBelow, publishable, readWorkspace } from './lib/workspace.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const readmes = [
  {
    name: 'the repository',
    documents: [join(root, 'README.md')],
    tests: [join(root, 'apps/change-feed/test/readme.examples.test.ts')],
  },
  ...publishable(readWorkspace(root)).map(({ folder, directory }) => ({
    name: folder,
    documents: [join(directory, 'README.md'), ...filesIn(join(directory, 'docs'), '.md')],
    tests: filesIn(join(directory, 'test'), 'readme.examples.test.ts'),
  })),
]

function filesIn(directory: string, ending: string): string[] {
  return filesBelow(directory, [ending]).map((file) => join(directory, file))
}

/** Code of a README by the name in the mark above it; the import lines at its top are left out. */
function shownIn(text: string): Map<string, string> {
  const marked = /<!-- example: (\w+) -->\n```ts\n((?:import [^']+'[^']+'\n)*)\n?([\s\S]*?)```/g
  return new Map([...text.matchAll(marked)].map(([, name, , code]) => [name!, code!]))
}

/** Code of a test by the name in the mark above it, moved to the left margin. */
function runIn(text: string): Map<string, string> {
  const marked = /^( *)\/\/ example: (\w+)\n([\s\S]*?)^ *\/\/ end$/gm
  return new Map(
    [...text.matchAll(marked)].map(([, indent, name, code]) => [
      name!,
      code!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    ]),
  )
}

describe.each(readmes)('the README of $name', ({ documents, tests }) => {
  it('shows code that a test runs, and only such code', () => {
    const texts = documents.map((document) => readFileSync(document, 'utf8'))
    const shown = new Map(texts.flatMap((text) => [...shownIn(text)]))
    const blocks = texts.join('\n').match(/^```ts$/gm)?.length ?? 0
    expect(shown.size, 'every block of TypeScript has an example mark').toBe(blocks)
    expect(shown).toEqual(new Map(tests.flatMap((test) => [...runIn(readFileSync(test, 'utf8'))])))
  })
})
