import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('./check-layers.mjs', import.meta.url))
const library = new URL('./lib/layer-violations.mjs', import.meta.url).href
const { layerViolations }: { layerViolations: (root: string) => string[] } = await import(library)
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

/** What every connector has, beside its manifest and index. */
const connectorParts = (name: string): Files =>
  Object.fromEntries(
    [
      'src/connector.ts',
      'src/options.ts',
      'src/sink.ts',
      'src/index.ts',
      'test/contract.test.ts',
      'README.md',
    ].map((path) => [`packages/connectors/${name}/${path}`, '']),
  )

const clean: Files = {
  'package.json': JSON.stringify({ devDependencies: { vitest: '4.1.12' } }),
  'packages/dataverse/protocol/package.json': manifest('protocol'),
  'packages/dataverse/protocol/src/index.ts': "export { Buffer } from 'node:buffer'",
  'packages/core/core/package.json': manifest('core'),
  'packages/core/core/src/index.ts': "export type { A } from './lib/a.js'",
  'packages/core/core/src/lib/a.ts': 'export type A = string',
  'packages/dataverse/emulator/package.json': manifest('emulator', { dependencies: { commander: '14.0.3' } }),
  'packages/dataverse/emulator/src/index.ts':
    "import { Command } from 'commander'\nexport const c = new Command()",
  'packages/dataverse/client/package.json': manifest('client', {
    exports: { '.': './dist/index.js', './credentials': './dist/credentials.js' },
    dependencies: { ...needs('protocol', 'core'), undici: '7.30.2' },
    devDependencies: needs('emulator'),
  }),
  'packages/dataverse/client/src/index.ts': "import { request } from 'undici'\nexport const r = request",
  'packages/dataverse/client/src/credentials.ts':
    "// import { x } from '@deltaverse/emulator'\nexport const text = `import('../../../x')`",
  'packages/dataverse/client/test/client.test.ts':
    "import { it } from 'vitest'\nimport { c } from '@deltaverse/emulator'\nimport { r } from '@deltaverse/client'\nit('x', () => [c, r])",
  'packages/kit/node-streams/package.json': manifest('node-streams', { dependencies: needs('core') }),
  'packages/kit/node-streams/src/index.ts': "import type { A } from '@deltaverse/core'\nexport type B = A",
  ...connectorParts('dataverse'),
  'packages/connectors/dataverse/package.json': manifest('dataverse', {
    dependencies: needs('client', 'core'),
  }),
  'packages/connectors/dataverse/src/index.ts': "export { text } from '@deltaverse/client/credentials'",
  'apps/tool/package.json': manifest('tool', {
    private: true,
    dependencies: needs('dataverse', 'emulator'),
  }),
  'apps/tool/src/main.ts': "await import('@deltaverse/emulator')",
}

function plant(files: Files): string {
  const directory = mkdtempSync(join(tmpdir(), 'layers-'))
  planted.push(directory)
  for (const [name, text] of Object.entries({ ...clean, ...files })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

const check = (files: Files): string[] => layerViolations(plant(files))

describe('check-layers', () => {
  it('passes a tree whose imports all point down', () => {
    expect(check({})).toEqual([])
  })

  it.each<[string, Files, RegExp]>([
    [
      'another connector',
      {
        ...connectorParts('files'),
        'packages/connectors/files/package.json': manifest('files', { dependencies: needs('dataverse') }),
        'packages/connectors/files/src/index.ts': "\nimport { x } from '@deltaverse/dataverse'\nx()",
      },
      /^packages\/connectors\/files\/src\/index\.ts:2: .*knows its own system and no other/,
    ],
    [
      'a package above, even for a type',
      {
        'packages/core/core/src/index.ts':
          "import type { Client } from '@deltaverse/client'\nexport type C = Client",
      },
      /^packages\/core\/core\/src\/index\.ts:1: .*core may import core, and dataverse\/client is dataverse/,
    ],
    [
      'a package above, in an import type',
      { 'packages/core/core/src/index.ts': "export type C = import('@deltaverse/client').Client" },
      /^packages\/core\/core\/src\/index\.ts:1: .*core may import core, and dataverse\/client is dataverse/,
    ],
    [
      'Dataverse from a kit',
      { 'packages/kit/node-streams/src/index.ts': "export { x } from '@deltaverse/protocol'" },
      /^packages\/kit\/node-streams\/src\/index\.ts:1: .*kit may import core and kit/,
    ],
    [
      'a connector from the engine',
      {
        'packages/engine/sync/package.json': manifest('sync', { dependencies: needs('dataverse') }),
      },
      /^packages\/engine\/sync\/package\.json:\d+: dependencies names @deltaverse\/dataverse: .*contracts of core only/,
    ],
    [
      'a kit from the engine',
      {
        'packages/engine/sync/package.json': manifest('sync', { dependencies: needs('node-streams') }),
      },
      /^packages\/engine\/sync\/package\.json:\d+: dependencies names @deltaverse\/node-streams: .*contracts of core only/,
    ],
    [
      'a circle of files, by types too',
      {
        'packages/core/core/src/lib/a.ts': "import type { B } from './b.js'\nexport type A = B",
        'packages/core/core/src/lib/b.ts': "import type { C } from './c.js'\nexport type B = C",
        'packages/core/core/src/lib/c.ts': "export type C = import('./a.js').A",
      },
      /^packages\/core\/core\/src\/lib\/a\.ts:1: the files src\/lib\/a\.ts → src\/lib\/b\.ts → src\/lib\/c\.ts → src\/lib\/a\.ts need each other/,
    ],
    [
      'a type from a file that does not declare it',
      { 'packages/core/core/src/lib/b.ts': "export type { A } from './a.js'" },
      /^packages\/core\/core\/src\/lib\/b\.ts:1: passes on A: a name has one home/,
    ],
    [
      'a type that was imported and is given out again',
      { 'packages/core/core/src/lib/b.ts': "import type { A } from './a.js'\nexport type { A }" },
      /^packages\/core\/core\/src\/lib\/b\.ts:2: passes on A: /,
    ],
    [
      'the emulator from published sources',
      {
        'packages/dataverse/client/src/index.ts': "export const start = () => import('@deltaverse/emulator')",
      },
      /^packages\/dataverse\/client\/src\/index\.ts:1: .*dataverse may import core and dataverse, and dataverse\/emulator is emulator/,
    ],
    [
      'another app',
      {
        'apps/other/package.json': manifest('other', { dependencies: needs('tool') }),
      },
      /^apps\/other\/package\.json:7: .*apps may import all but apps/,
    ],
    [
      'a file of another package by a relative path',
      { 'packages/dataverse/client/src/lib/a.ts': "import '../../../protocol/src/index.js'" },
      /^packages\/dataverse\/client\/src\/lib\/a\.ts:1: .*leaves packages\/dataverse\/client/,
    ],
    [
      'a file of another package by a deep path',
      { 'packages/connectors/dataverse/src/index.ts': "export * from '@deltaverse/client/src/index.js'" },
      /^packages\/connectors\/dataverse\/src\/index\.ts:1: .*does not export "\.\/src\/index\.js"/,
    ],
    [
      'a subpath that is not offered',
      { 'packages/connectors/dataverse/src/index.ts': "export * from '@deltaverse/client/testing'" },
      /^packages\/connectors\/dataverse\/src\/index\.ts:1: .*"\.\/credentials"/,
    ],
    [
      'an undeclared dependency',
      { 'packages/dataverse/client/src/index.ts': "import pLimit from 'p-limit'\npLimit(1)" },
      /^packages\/dataverse\/client\/src\/index\.ts:1: .*not declared in packages\/dataverse\/client\/package\.json/,
    ],
    [
      'a devDependency from published sources',
      {
        'packages/core/core/package.json': manifest('core', {
          devDependencies: { 'fast-check': '4.10.2' },
        }),
        'packages/core/core/src/index.ts': "import fc from 'fast-check'\nfc.assert",
      },
      /^packages\/core\/core\/src\/index\.ts:1: .*only a devDependency/,
    ],
    [
      'a Deltaverse package that is not declared',
      { 'packages/connectors/dataverse/src/index.ts': "export { x } from '@deltaverse/protocol'" },
      /^packages\/connectors\/dataverse\/src\/index\.ts:1: .*not declared/,
    ],
    [
      'itself by name',
      { 'packages/dataverse/client/src/index.ts': "export { x } from '@deltaverse/client'" },
      /^packages\/dataverse\/client\/src\/index\.ts:1: .*the package itself/,
    ],
    [
      'a test from published sources',
      { 'packages/dataverse/client/src/index.ts': "export { x } from './a.test.js'" },
      /^packages\/dataverse\/client\/src\/index\.ts:1: .*tests are not published/,
    ],
    [
      'a module whose name is computed',
      {
        'packages/dataverse/client/src/index.ts': "export const load = (name: string) => import('./' + name)",
      },
      /^packages\/dataverse\/client\/src\/index\.ts:1: imports a computed name/,
    ],
    [
      'a module that does I/O from protocol',
      { 'packages/dataverse/protocol/src/index.ts': "export { readFile } from 'node:fs/promises'" },
      /^packages\/dataverse\/protocol\/src\/index\.ts:1: .*without I\/O/,
    ],
    [
      'a runtime dependency in protocol',
      {
        'packages/dataverse/protocol/package.json': manifest('protocol', {
          dependencies: { undici: '7.30.2' },
        }),
      },
      /^packages\/dataverse\/protocol\/package\.json:7: .*no runtime dependencies/,
    ],
    [
      'a neighbour from the registry instead of the workspace',
      {
        'packages/kit/node-streams/package.json': manifest('node-streams', {
          dependencies: { '@deltaverse/core': '^0.1.0' },
        }),
      },
      /^packages\/kit\/node-streams\/package\.json:7: .*write "workspace:\*"/,
    ],
  ])('refuses %s', (_, files, expected) => {
    expect(check(files)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  })

  it('refuses packages that need each other, also through devDependencies', () => {
    const lines = check({
      'packages/core/core/package.json': manifest('core', { devDependencies: needs('node-streams') }),
    })
    expect(lines.join('\n')).toMatch(/core → @deltaverse\/node-streams → @deltaverse\/core need each other/)
  })

  it('lets a test drive whatever is published, but no program', () => {
    const needing = (devDependencies: Files): Files => ({
      'packages/kit/node-streams/package.json': manifest('node-streams', {
        dependencies: needs('core'),
        devDependencies,
      }),
    })
    const test = (name: string): Files => ({
      'packages/kit/node-streams/test/a.test.ts': `import '@deltaverse/${name}'`,
    })
    expect(check({ ...needing(needs('dataverse')), ...test('dataverse') })).toEqual([])
    expect(check({ ...needing(needs('tool')), ...test('tool') })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^packages\/kit\/node-streams\/package\.json:\d+: .*kit may import core and kit/,
        ),
        expect.stringMatching(/^packages\/kit\/node-streams\/test\/a\.test\.ts:1: /),
      ]),
    )
  })

  it('says where a package belongs that lies in no layer', () => {
    const lines = check({ 'packages/space/wormhole/package.json': manifest('wormhole') })
    expect(lines[0]).toMatch(
      /^packages\/space\/wormhole\/package\.json:1: .*lies in no layer.*move it below packages\/core/,
    )
  })

  it('gives a connector its layer by its folder alone', () => {
    const sink: Files = {
      ...connectorParts('files'),
      'packages/connectors/files/package.json': manifest('files', { dependencies: needs('node-streams') }),
    }
    expect(check(sink)).toEqual([])
  })

  it('misses the files that every connector has', () => {
    const lines = check({
      'packages/connectors/files/package.json': manifest('files', { dependencies: needs('core') }),
      'packages/connectors/files/src/options.ts': '',
      'packages/connectors/files/src/index.ts': '',
    })
    expect(lines.map((line) => line.match(/the connector lacks (.*?):/)?.[1])).toEqual([
      'src/connector.ts',
      'test/contract.test.ts',
      'README.md',
      'src/sink.ts or src/source.ts',
    ])
  })

  it('tells each circle once, by a shortest way round', () => {
    const file = (name: string, ...imports: string[]): Files => ({
      [`packages/core/core/src/lib/${name}.ts`]: imports.map((other) => `import './${other}.js'`).join('\n'),
    })
    const lines = check({
      ...file('p', 'q', 'r'),
      ...file('q', 'r'),
      ...file('r', 'p', 's'),
      ...file('s', 't'),
      ...file('t', 's'),
    })
    expect(lines.map((line) => line.match(/the files (.*) need/)?.[1])).toEqual([
      'src/lib/s.ts → src/lib/t.ts → src/lib/s.ts',
      'src/lib/p.ts → src/lib/r.ts → src/lib/p.ts',
    ])
  })
})

describe('the command', () => {
  it('prints the violations and fails, or says nothing', () => {
    const run = (root: string): unknown[] => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' })
      return [status, stdout, stderr]
    }
    expect(run(plant({}))).toEqual([0, '', ''])
    const broken = plant({ 'packages/dataverse/client/src/index.ts': "\nimport 'p-limit'" })
    expect(run(broken)).toEqual([
      1,
      '',
      'packages/dataverse/client/src/index.ts:2: ' +
        "imports 'p-limit': p-limit is not declared in packages/dataverse/client/package.json. " +
        'Instead: add it to dependencies.\n1 violation(s) of the layers\n',
    ])
  })
})

describe("the emulator's isolation", () => {
  it('is broken by an import, a type import, a test and a manifest entry alike', () => {
    const lines = check({
      'packages/dataverse/emulator/package.json': manifest('emulator', { devDependencies: needs('core') }),
      'packages/dataverse/emulator/src/index.ts':
        "import { formatUrl } from '@deltaverse/protocol'\nformatUrl()",
      'packages/dataverse/emulator/src/lib/a.ts':
        "import type { Row } from '@deltaverse/core'\nexport type R = Row",
      'packages/dataverse/emulator/test/a.test.ts':
        "import { createClient } from '@deltaverse/client'\ncreateClient()",
      'packages/dataverse/emulator/src/lib/b.ts': "import { x } from '../../../protocol/src/index.js'\nx()",
    })
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'packages/dataverse/emulator/package.json:7',
      'packages/dataverse/emulator/src/index.ts:1',
      'packages/dataverse/emulator/src/lib/a.ts:1',
      'packages/dataverse/emulator/src/lib/b.ts:1',
      'packages/dataverse/emulator/test/a.test.ts:1',
    ])
    expect(lines[1]).toMatch(/one mistake mirrored on both sides passes every test/)
  })

  it('holds in this repository', () => {
    expect(
      layerViolations(repository).filter((line) => line.startsWith('packages/dataverse/emulator/')),
    ).toEqual([])
    const text = readFileSync(join(repository, 'packages/dataverse/emulator/package.json'), 'utf8')
    expect(text.match(/"@deltaverse\/[^"]+"/g)).toEqual(['"@deltaverse/emulator"'])
  })
})
