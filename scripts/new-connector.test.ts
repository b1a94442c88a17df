import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWorkspace } from './lib/workspace.mjs'

const repository = fileURLToPath(new URL('..', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'new-connector-'))
const folder = 'packages/connectors/service-bus'
const { layerViolations } = (await import(new URL('./lib/layer-violations.mjs', import.meta.url).href)) as {
  layerViolations: (root: string) => string[]
}

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(repository, 'scripts/new-connector.mjs'), ...args, root], {
    encoding: 'utf8',
  })
}

/** A copy of what a connector has to fit in: the layers below it, and the registry. */
beforeAll(() => {
  for (const { folder: each } of readWorkspace(repository)) {
    if (!/^packages\/(?:core|kit)\/|^packages\/connectors\/(?!dataverse)/.test(each)) continue
    for (const part of ['package.json', 'tsconfig.json', 'src']) {
      mkdirSync(join(root, each), { recursive: true })
      cpSync(join(repository, each, part), join(root, each, part), { recursive: true })
    }
  }
  for (const file of ['.gitignore', 'package.json', 'biome.json', 'tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(repository, file), join(root, file))
  }
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('pnpm new connector', { timeout: 60_000 }, () => {
  it('makes a connector that is in its layer, formatted, and in the registry', () => {
    const { status, stdout, stderr } = run('connector', 'service-bus')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/packages\/connectors\/service-bus is made/)
    // Of the others only what they publish is here.
    expect(layerViolations(root).filter((line) => /service-bus|registry/.test(line))).toEqual([])
    const loaders = readFileSync(join(root, 'packages/connectors/registry/src/lib/loaders.ts'), 'utf8')
    expect(loaders).toMatch("'service-bus': async () => (await import('@deltaverse/service-bus/connector'))")
    expect(readFileSync(join(root, 'tsconfig.json'), 'utf8')).toMatch(`"path": "${folder}"`)
    const lint = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['check', '--error-on-warnings', folder, 'packages/connectors/registry'],
      { cwd: root, encoding: 'utf8' },
    )
    expect(lint.status, lint.stderr).toBe(0)
  })

  it('makes one whose types hold, its contract test too', () => {
    const source = (path: string): string[] => [join(repository, 'packages/core', path, 'src/index.ts')]
    const project = {
      extends: './tsconfig.base.json',
      compilerOptions: {
        composite: false,
        incremental: false,
        declaration: false,
        declarationMap: false,
        noEmit: true,
        typeRoots: [join(repository, 'node_modules/@types')],
        paths: {
          ...Object.fromEntries(
            ['core', 'options', 'schema', 'testing'].map((name) => [`@deltaverse/${name}`, source(name)]),
          ),
          '@deltaverse/service-bus': [join(root, folder, 'src/index.ts')],
          vitest: [join(repository, 'node_modules/vitest/dist/index.d.ts')],
        },
      },
      include: [`${folder}/src`, `${folder}/test`],
    }
    const file = join(root, 'tsconfig.check.json')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(project))
    const types = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', file], { encoding: 'utf8' })
    expect(types.stdout).toBe('')
    expect(types.status).toBe(0)
  })

  it('refuses a name that is taken, or that no folder has', () => {
    expect(run('connector', 'files')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/packages\/connectors\/files is there already/),
    })
    expect(run('connector', 'Service Bus').stderr).toMatch(/lower case, with hyphens/)
    expect(run('planet', 'mars')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^usage: /) })
  })
})
