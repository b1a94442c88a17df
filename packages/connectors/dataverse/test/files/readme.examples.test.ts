// The code between the marks is what the documents show; a check of the repository compares the two.
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createClient, type DataverseClient } from '@deltaverse/client'
import type { Change } from '@deltaverse/core'
import {
  createChangeFeed,
  createUpsertWriter,
  downloadFile,
  downloadFiles,
  uploadFile,
  uploadFiles,
  type WriteResult,
} from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { onlyUpserts } from '@deltaverse/node-streams'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

interface Contract {
  new_code: string
  path: string
}

const { signal } = new AbortController()
const said: string[] = []
const report = (...words: unknown[]): void => void said.push(words.join(' '))
const home = process.cwd()

let emulator: Emulator
let client: DataverseClient
let folder: string

beforeEach(async () => {
  emulator = await startEmulator({
    tables: [
      {
        logicalName: 'new_document',
        changeTrackingEnabled: true,
        keys: [{ logicalName: 'new_code_key', columns: ['new_code'] }],
        columns: [
          { logicalName: 'new_code', type: 'string' },
          { logicalName: 'path', type: 'string' },
          { logicalName: 'new_contract', type: 'file' },
        ],
      },
    ],
    rows: { new_documents: [{ new_code: 'D-1' }] },
  })
  client = createClient({ url: emulator.url })
  folder = await mkdtemp(join(tmpdir(), 'files-'))
  process.chdir(folder)
  said.length = 0
  await writeFile('contract.pdf', 'signed')
})

afterEach(async () => {
  process.chdir(home)
  await client.close()
  await emulator.close()
  await rm(folder, { recursive: true })
})

describe('the page on files', () => {
  it('puts a file up and gets it down', async () => {
    // example: files
    const place = { entitySet: 'new_documents', key: { new_code: 'D-1' }, column: 'new_contract' }
    await uploadFile(client, { ...place, source: 'contract.pdf', signal })

    const contract = await downloadFile(client, { ...place, signal })
    report(`${contract.name} has ${contract.bytes} bytes`)
    await pipeline(contract.stream, createWriteStream('copy.pdf'), { signal })
    // end
    expect(said).toEqual(['contract.pdf has 6 bytes'])
    expect(await readFile('copy.pdf', 'utf8')).toBe('signed')
  })

  it('joins files to rows', async () => {
    const contracts: Contract[] = [
      { new_code: 'D-1', path: 'contract.pdf' },
      { new_code: 'D-2', path: 'lost.pdf' },
    ]
    // example: stages
    const writer = createUpsertWriter<Contract>(client, { entitySet: 'new_documents', key: ['new_code'] })
    const upload = uploadFiles<WriteResult<Contract>>(client, {
      entitySet: 'new_documents',
      column: 'new_contract',
      fileOf: ({ status, row }) =>
        status === 'failed' ? undefined : { key: { new_code: row.new_code }, source: row.path },
    })
    for await (const { item, status, error } of upload(writer.results(contracts))) {
      if (status === 'failed') report(item.row.new_code, error?.message)
    }

    const feed = createChangeFeed(client, { entitySet: 'new_documents', select: ['new_code'] })
    const download = downloadFiles<Change>(client, {
      entitySet: 'new_documents',
      column: 'new_contract',
      idOf: (change) => (change.kind === 'upserted' ? change.id : undefined),
      save: ({ stream }, change) => pipeline(stream, createWriteStream(`${change.id}.pdf`)),
    })
    for await (const { status } of download(onlyUpserts()(feed.changes({ signal })))) report(status)
    // end
    expect(said[0]).toMatch(/^D-2 The file to upload cannot be read/)
    expect(said.slice(1).sort()).toEqual(['done', 'none'])
  })
})
