import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('./check-surface.mjs', import.meta.url))
let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'surface-'))
  plant('packages/dataverse/client/package.json', {
    name: '@deltaverse/client',
    exports: {
      '.': { types: './dist/index.d.ts' },
      './testing': { types: './dist/testing.d.ts' },
      './package.json': './package.json',
    },
  })
  plant(
    'packages/dataverse/client/dist/index.d.ts',
    "export { createClient, type Client, Token } from './lib/client.js';\n",
  )
  plant('packages/dataverse/client/dist/testing.d.ts', "export type { Token } from './lib/client.js';\n")
  plant(
    'packages/dataverse/client/dist/lib/client.d.ts',
    `/** Sends requests. */
export interface Client {
    /** The address. */
    readonly url: 'https://x';
}
export declare function createClient(url: string): Client;
export declare function createClient(url: URL): Client;
declare class Token { }
export { Token };
export declare const secret: number;
`,
  )
  expect(check('--update').status).toBe(0)
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function plant(name: string, content: unknown): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content))
}

function edit(name: string, from: string, to: string): void {
  plant(name, readFileSync(join(root, name), 'utf8').replace(from, to))
}

function check(...args: string[]): { status: number | null; printed: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args, root], {
    encoding: 'utf8',
  })
  return { status, printed: stdout + stderr }
}

describe('check-surface', () => {
  it('writes every entry, every overload and no comment, and passes what it wrote', () => {
    expect(check()).toEqual({ status: 0, printed: '' })
    expect(readFileSync(join(root, 'etc/surface/client.txt'), 'utf8')).toBe(`## @deltaverse/client Client
interface Client {
    readonly url: 'https://x';
}

## @deltaverse/client Token
class Token { }

## @deltaverse/client createClient
function createClient(url: string): Client;
function createClient(url: URL): Client;

## @deltaverse/client/testing Token
// type only
class Token { }
`)
  })

  it('fails on an added name and says how to accept it', () => {
    edit('packages/dataverse/client/dist/index.d.ts', 'Token }', 'Token, secret }')
    const { status, printed } = check()
    expect(status).toBe(1)
    expect(printed).toMatch(/added: @deltaverse\/client secret\n {4}\+ const secret: number/)
    expect(printed).toMatch(/--update/)
    expect(check('--update').status).toBe(0)
    expect(check().status).toBe(0)
  })

  it('fails on a removed name', () => {
    edit('packages/dataverse/client/dist/index.d.ts', ', Token }', ' }')
    const { status, printed } = check()
    expect(status).toBe(1)
    expect(printed).toMatch(/removed: @deltaverse\/client Token/)
  })

  it('fails on a changed signature and shows the lines that differ', () => {
    edit('packages/dataverse/client/dist/lib/client.d.ts', '(url: URL)', '(url: URL | undefined)')
    const { status, printed } = check()
    expect(status).toBe(1)
    expect(printed).toMatch(
      /changed: .* createClient\n {4}- .*\(url: URL\): Client;\n {4}\+ .*URL \| undefined\)/,
    )
  })

  it('fails when a value becomes a type', () => {
    edit('packages/dataverse/client/dist/index.d.ts', ', Token', ', type Token')
    expect(check().printed).toMatch(/changed: @deltaverse\/client Token\n {4}\+ \/\/ type only/)
  })

  it('does not mind a changed comment', () => {
    edit('packages/dataverse/client/dist/lib/client.d.ts', 'Sends requests.', 'Sends every request.')
    expect(check().status).toBe(0)
  })

  it('fails on a package without a snapshot, and on a snapshot without a package', () => {
    plant('packages/engine/sync/package.json', {
      name: '@deltaverse/sync',
      exports: { '.': { types: './dist/i.d.ts' } },
    })
    plant('packages/engine/sync/dist/i.d.ts', 'export declare const now: 1;\n')
    plant('etc/surface/gone.txt', '## @deltaverse/gone x\n')
    const { status, printed } = check()
    expect(status).toBe(1)
    expect(printed).toMatch(/added: @deltaverse\/sync now/)
    expect(printed).toMatch(/gone\.txt: no published package/)
  })

  it('asks for a build when there is none', () => {
    rmSync(join(root, 'packages/dataverse/client/dist'), { recursive: true })
    const { status, printed } = check()
    expect(status).toBe(1)
    expect(printed).toMatch(
      /packages\/dataverse\/client\/dist\/index\.d\.ts is not there: pnpm run build first/,
    )
  })
})
