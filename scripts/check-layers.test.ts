import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('./check-floors.mjs', import.meta.url))
const library = new URL('./lib/floor-violations.mjs', import.meta.url).href
const { floorViolations }: { floorViolations: (root: string) => string[] } = await import(library)
const repository = fileURLToPath(new URL('..', import.meta.url))
const planted: string[] = []

type Files = Record<string, string>

afterEach(() => {
  for (const directory of planted.splice(0)) rmSync(directory, { recursive: true, force: true })
})

function manifest(name: string, fields: Record<string, unknown> = {}): string {
  return JSON.stringify(
    { name: `@deltaverse/${name}`, exports: { '.': './dist/index.js' }, ...fields },
    null,
    2,
  )
}

const needs = (...names: string[]): Files =>
  Object.fromEntries(names.map((name) => [`@deltaverse/${name}`, 'workspace:*']))

const clean: Files = {
  'package.json': JSON.stringify({ devDependencies: { vitest: '4.1.12' } }),
  'packages/protocol/package.json': manifest('protocol'),
  'packages/protocol/src/index.ts': "export { Buffer } from 'node:buffer'",
  'packages/contract/package.json': manifest('contract'),
  'packages/contract/src/index.ts': "export type { A } from './lib/a.js'",
  'packages/contract/src/lib/a.ts': 'export type A = string',
  'packages/emulator/package.json': manifest('emulator', { dependencies: { commander: '14.0.3' } }),
  'packages/emulator/src/index.ts': "import { Command } from 'commander'\nexport const c = new Command()",
  'packages/client/package.json': manifest('client', {
    exports: { '.': './dist/index.js', './credentials': './dist/credentials.js' },
    dependencies: { ...needs('protocol', 'contract'), undici: '7.30.2' },
    devDependencies: needs('emulator'),
  }),
  'packages/client/src/index.ts': "import { request } from 'undici'\nexport const r = request",
  'packages/client/src/credentials.ts':
    "// import { x } from '@deltaverse/emulator'\nexport const text = `import('../../../x')`",
  'packages/client/test/client.test.ts':
    "import { it } from 'vitest'\nimport { c } from '@deltaverse/emulator'\nimport { r } from '@deltaverse/client'\nit('x', () => [c, r])",
  'packages/node-streams/package.json': manifest('node-streams', { dependencies: needs('contract') }),
  'packages/node-streams/src/index.ts': "import type { A } from '@deltaverse/contract'\nexport type B = A",
  'packages/change-feed/package.json': manifest('change-feed', { dependencies: needs('client', 'contract') }),
  'packages/change-feed/src/index.ts': "export { text } from '@deltaverse/client/credentials'",
  'apps/tool/package.json': manifest('tool', {
    private: true,
    dependencies: needs('change-feed', 'emulator'),
  }),
  'apps/tool/src/main.ts': "await import('@deltaverse/emulator')",
}

function plant(files: Files): string {
  const directory = mkdtempSync(join(tmpdir(), 'floors-'))
  planted.push(directory)
  for (const [name, text] of Object.entries({ ...clean, ...files })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

const check = (files: Files): string[] => floorViolations(plant(files))

describe('check-floors', () => {
  it('passes a tree whose imports all point down', () => {
    expect(check({})).toEqual([])
  })

  it.each<[string, Files, RegExp]>([
    [
      'a neighbour on the same floor',
      {
        'packages/change-feed/src/lib/a.ts':
          "\nimport { toNdjson } from '@deltaverse/node-streams'\ntoNdjson()",
      },
      /^packages\/change-feed\/src\/lib\/a\.ts:2: .*both on the floor "jobs"/,
    ],
    [
      'a package above, even for a type',
      {
        'packages/contract/src/index.ts':
          "import type { Client } from '@deltaverse/client'\nexport type C = Client",
      },
      /^packages\/contract\/src\/index\.ts:1: .*above contract/,
    ],
    [
      'a package above, in an import type',
      { 'packages/contract/src/index.ts': "export type C = import('@deltaverse/client').Client" },
      /^packages\/contract\/src\/index\.ts:1: .*above contract/,
    ],
    [
      'the other package of words',
      { 'packages/protocol/src/index.ts': "export { isDataverseError } from '@deltaverse/contract'" },
      /^packages\/protocol\/src\/index\.ts:1: .*both on the floor "words"/,
    ],
    [
      'the emulator from published sources',
      { 'packages/client/src/index.ts': "export const start = () => import('@deltaverse/emulator')" },
      /^packages\/client\/src\/index\.ts:1: .*for tests, apps and bench only/,
    ],
    [
      'client from node-streams',
      {
        'packages/node-streams/package.json': manifest('node-streams', {
          dependencies: needs('client', 'contract'),
        }),
      },
      /^packages\/node-streams\/package\.json:\d+: dependencies names @deltaverse\/client: .*sends nothing/,
    ],
    [
      'another app',
      {
        'apps/other/package.json': manifest('other', { dependencies: needs('tool') }),
      },
      /^apps\/other\/package\.json:7: .*both on the floor "apps"/,
    ],
    [
      'a file of another package by a relative path',
      { 'packages/client/src/lib/a.ts': "import '../../../protocol/src/index.js'" },
      /^packages\/client\/src\/lib\/a\.ts:1: .*leaves packages\/client/,
    ],
    [
      'a file of another package by a deep path',
      { 'packages/change-feed/src/index.ts': "export * from '@deltaverse/client/src/index.js'" },
      /^packages\/change-feed\/src\/index\.ts:1: .*does not export "\.\/src\/index\.js"/,
    ],
    [
      'a subpath that is not offered',
      { 'packages/change-feed/src/index.ts': "export * from '@deltaverse/client/testing'" },
      /^packages\/change-feed\/src\/index\.ts:1: .*"\.\/credentials"/,
    ],
    [
      'an undeclared dependency',
      { 'packages/client/src/index.ts': "import pLimit from 'p-limit'\npLimit(1)" },
      /^packages\/client\/src\/index\.ts:1: .*not declared in packages\/client\/package\.json/,
    ],
    [
      'a devDependency from published sources',
      {
        'packages/contract/package.json': manifest('contract', {
          devDependencies: { 'fast-check': '4.10.2' },
        }),
        'packages/contract/src/index.ts': "import fc from 'fast-check'\nfc.assert",
      },
      /^packages\/contract\/src\/index\.ts:1: .*only a devDependency/,
    ],
    [
      'a Deltaverse package that is not declared',
      { 'packages/change-feed/src/index.ts': "export { x } from '@deltaverse/protocol'" },
      /^packages\/change-feed\/src\/index\.ts:1: .*not declared/,
    ],
    [
      'itself by name',
      { 'packages/client/src/index.ts': "export { x } from '@deltaverse/client'" },
      /^packages\/client\/src\/index\.ts:1: .*the package itself/,
    ],
    [
      'a test from published sources',
      { 'packages/client/src/index.ts': "export { x } from './a.test.js'" },
      /^packages\/client\/src\/index\.ts:1: .*tests are not published/,
    ],
    [
      'a module whose name is computed',
      { 'packages/client/src/index.ts': "export const load = (name: string) => import('./' + name)" },
      /^packages\/client\/src\/index\.ts:1: imports a computed name/,
    ],
    [
      'a module that does I/O from protocol',
      { 'packages/protocol/src/index.ts': "export { readFile } from 'node:fs/promises'" },
      /^packages\/protocol\/src\/index\.ts:1: .*without I\/O/,
    ],
    [
      'a runtime dependency in protocol',
      { 'packages/protocol/package.json': manifest('protocol', { dependencies: { undici: '7.30.2' } }) },
      /^packages\/protocol\/package\.json:7: .*no runtime dependencies/,
    ],
    [
      'a neighbour from the registry instead of the workspace',
      {
        'packages/node-streams/package.json': manifest('node-streams', {
          dependencies: { '@deltaverse/contract': '^0.1.0' },
        }),
      },
      /^packages\/node-streams\/package\.json:7: .*write "workspace:\*"/,
    ],
  ])('refuses %s', (_, files, expected) => {
    expect(check(files)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  })

  it('refuses packages that need each other, also through devDependencies', () => {
    const lines = check({
      'packages/contract/package.json': manifest('contract', { devDependencies: needs('node-streams') }),
    })
    expect(lines.join('\n')).toMatch(
      /contract → @deltaverse\/node-streams → @deltaverse\/contract need each other/,
    )
  })

  it('lets a test meet a neighbour, but not a floor above', () => {
    const changeFeed = (devDependencies: Files): Files => ({
      'packages/change-feed/package.json': manifest('change-feed', {
        dependencies: needs('client', 'contract'),
        devDependencies,
      }),
    })
    const test = (name: string): Files => ({
      'packages/change-feed/test/a.test.ts': `import '@deltaverse/${name}'`,
    })
    expect(check({ ...changeFeed(needs('node-streams')), ...test('node-streams') })).toEqual([])
    const sync = { 'packages/sync/package.json': manifest('sync') }
    expect(check({ ...sync, ...changeFeed(needs('sync')), ...test('sync') })).toEqual([
      expect.stringMatching(/^packages\/change-feed\/package\.json:\d+: .*above change-feed/),
      expect.stringMatching(/^packages\/change-feed\/test\/a\.test\.ts:1: .*above change-feed/),
    ])
  })

  it('asks for a floor when a package has none, and says where', () => {
    const lines = check({ 'packages/wormhole/package.json': manifest('wormhole') })
    expect(lines[0]).toMatch(/^packages\/wormhole\/package\.json:1: .*no floor.*scripts\/lib\/floors\.mjs/)
  })

  it('puts every package called something-sink among the plug-ins', () => {
    const sink: Files = {
      'packages/file-sink/package.json': manifest('file-sink', { dependencies: needs('change-feed') }),
    }
    expect(check(sink)).toEqual([])
    const above = { 'packages/client/src/index.ts': "import '@deltaverse/file-sink'" }
    expect(check({ ...sink, ...above })[0]).toMatch(/file-sink \(plug-ins\) is above client \(talk\)/)
  })
})

describe('the command', () => {
  it('prints the violations and fails, or says nothing', () => {
    const run = (root: string): unknown[] => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' })
      return [status, stdout, stderr]
    }
    expect(run(plant({}))).toEqual([0, '', ''])
    const broken = plant({ 'packages/client/src/index.ts': "\nimport 'p-limit'" })
    expect(run(broken)).toEqual([
      1,
      '',
      'packages/client/src/index.ts:2: ' +
        "imports 'p-limit': p-limit is not declared in packages/client/package.json. " +
        'Instead: add it to dependencies.\n1 violation(s) of the floors\n',
    ])
  })
})

describe("the emulator's isolation", () => {
  it('is broken by an import, a type import, a test and a manifest entry alike', () => {
    const lines = check({
      'packages/emulator/package.json': manifest('emulator', { devDependencies: needs('contract') }),
      'packages/emulator/src/index.ts': "import { formatUrl } from '@deltaverse/protocol'\nformatUrl()",
      'packages/emulator/src/lib/a.ts':
        "import type { Row } from '@deltaverse/contract'\nexport type R = Row",
      'packages/emulator/test/a.test.ts': "import { createClient } from '@deltaverse/client'\ncreateClient()",
      'packages/emulator/src/lib/b.ts': "export { x } from '../../../protocol/src/index.js'",
    })
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'packages/emulator/package.json:7',
      'packages/emulator/src/index.ts:1',
      'packages/emulator/src/lib/a.ts:1',
      'packages/emulator/src/lib/b.ts:1',
      'packages/emulator/test/a.test.ts:1',
    ])
    expect(lines[1]).toMatch(/one mistake mirrored on both sides passes every test/)
  })

  it('holds in this repository', () => {
    expect(floorViolations(repository).filter((line) => line.startsWith('packages/emulator/'))).toEqual([])
    const text = readFileSync(join(repository, 'packages/emulator/package.json'), 'utf8')
    expect(text.match(/"@deltaverse\/[^"]+"/g)).toEqual(['"@deltaverse/emulator"'])
  })
})
