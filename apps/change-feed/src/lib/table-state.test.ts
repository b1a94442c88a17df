import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTableState, type TableState, writeTableState } from './table-state.js'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'))
  path = join(directory, 'products.checkpoint.json')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const state: TableState = {
  version: 1,
  file: 'products.ndjson',
  committedBytes: 12,
  checkpoint: {
    version: 1,
    environment: 'contoso.crm4.dynamics.com',
    entitySet: 'products',
    select: null,
    selectHash: 'f00',
    phase: 'delta',
    generation: 1,
    deltaLink: '/api/data/v9.2/products?$deltatoken=1%2101%2f01%2f2026',
    issuedAt: '2026-01-01T00:00:00.000Z',
  },
}

describe('readTableState()', () => {
  it('reads back what was written, and leaves no other file', async () => {
    await writeTableState(path, { ...state, committedBytes: 5 })
    await writeTableState(path, state)
    expect(await readTableState(path)).toEqual(state)
    expect(readdirSync(directory)).toEqual(['products.checkpoint.json'])
  })

  it('knows no state where there is no file', async () => {
    expect(await readTableState(path)).toBeUndefined()
  })

  it.each([
    ['text that is cut off', '{"version":1,"file":"pro', /JSON/],
    ['nothing', '', /JSON/],
    ['another version', JSON.stringify({ ...state, version: 2 }), /"version" is 2/],
    ['a path as the file', JSON.stringify({ ...state, file: '../products.ndjson' }), /"file"/],
    ['a path as the begun file', JSON.stringify({ ...state, begun: '/etc/passwd' }), /"begun"/],
    ['a negative length', JSON.stringify({ ...state, committedBytes: -1 }), /"committedBytes"/],
    ['a length without a checkpoint', JSON.stringify({ ...state, checkpoint: undefined }), /"checkpoint"/],
    ['a broken checkpoint', JSON.stringify({ ...state, checkpoint: { version: 1 } }), /"environment"/],
    ['a list', '[]', /"version"/],
    ['null', 'null', /no JSON object/],
  ])('refuses %s, naming the file and what to do', async (_, text, expected) => {
    writeFileSync(path, text)
    const failure = (await readTableState(path).catch((error: unknown) => error)) as Error
    expect(failure).toMatchObject({ code: 'checkpoint-invalid' })
    expect(failure.message).toContain(path)
    expect(failure.message).toMatch(expected)
    expect(failure.message).toContain('remove it, and the table is read in full again')
  })
})

describe('writeTableState()', () => {
  it('says which file it could not write and why', async () => {
    writeFileSync(join(directory, 'file'), '')
    const failure = writeTableState(join(directory, 'file', 'products.checkpoint.json'), state)
    await expect(failure).rejects.toThrow(
      /cannot write .*products\.checkpoint\.json: a part of the path is a file/,
    )
  })
})
