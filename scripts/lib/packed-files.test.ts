import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

type CheckTarball = (directory: string, manifest: { name: string }) => string[]
const module = new URL('./packed-files.mjs', import.meta.url).href
const { checkTarball }: { checkTarball: CheckTarball } = await import(module)

const manifest = {
  name: '@deltaverse/client',
  license: 'MIT',
  engines: { node: '>=20.19' },
  bin: { client: './dist/bin/main.js' },
  dependencies: { '@deltaverse/core': '0.1.0' },
}
const clean: Record<string, string> = {
  'package.json': JSON.stringify(manifest),
  'README.md': '# @deltaverse/client\n',
  LICENSE: 'MIT',
  'dist/bin/main.js': '',
  'dist/bin/main.js.map': '',
  'dist/bin/main.d.ts': '',
  'src/bin/main.ts': '',
}
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'packed-files-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function check(files: Record<string, string | undefined>): string[] {
  for (const [name, text] of Object.entries({ ...clean, ...files })) {
    if (text === undefined) continue
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return checkTarball(directory, manifest)
}

describe('checkTarball()', () => {
  it('has nothing to say about a clean tarball', () => {
    expect(check({})).toEqual([])
  })

  it.each<[string, Record<string, string | undefined>, RegExp]>([
    ['a test', { 'src/lib/a.test.ts': '' }, /carries src\/lib\/a\.test\.ts/],
    [
      'a compiled test',
      { 'dist/lib/a.test.js': '', 'src/lib/a.test.ts': '' },
      /carries dist\/lib\/a\.test\.js/,
    ],
    ['the state of the compiler', { 'tsconfig.tsbuildinfo': '{}' }, /carries tsconfig\.tsbuildinfo/],
    ['a folder nobody asked for', { 'test/fixtures/page.json': '{}' }, /carries test\/fixtures\/page\.json/],
    ['output whose source is gone', { 'dist/lib/old.js': '' }, /dist\/lib\/old\.js without its source/],
    ['no README', { 'README.md': undefined }, /has no README\.md/],
    ['a README of another package', { 'README.md': '# Hello\n' }, /does not begin with the package's name/],
    ['no licence', { LICENSE: undefined }, /has no LICENSE/],
    ['no output', { 'dist/bin/main.js': undefined, 'dist/bin/main.d.ts': undefined }, /"bin" names/],
    [
      'a range that only this workspace understands',
      { 'package.json': JSON.stringify({ ...manifest, devDependencies: { 'fast-check': 'catalog:' } }) },
      /still says "catalog:" for fast-check/,
    ],
  ])('finds %s', (_, files, expected) => {
    expect(check(files)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  })
})
