// The code between the marks is what the README shows; a check of the repository compares the two.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKey } from '@deltaverse/alternate-keys'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { connect, files } from 'deltaverse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let emulator: Emulator
let url = ''
const folder = mkdtempSync(join(tmpdir(), 'deltaverse-readme-'))
beforeAll(async () => {
  emulator = await startEmulator()
  url = emulator.url
  const { client, close } = await connect(url)
  await createKey(client, { table: 'contact', columns: ['employeeid'], schemaName: 'new_employeeid' })
  emulator.advanceKeyIndexes()
  await close()
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the README', () => {
  it('brings a table out and a row in, in a line each', async () => {
    // example: facade
    const crm = await connect(url)
    await crm.table('contacts').syncTo(files(folder, { mode: 'mirror', lines: 'rows' }))
    await crm.table('contacts').push([{ employeeid: 'E-1', lastname: 'Ann' }], { key: ['employeeid'] })
    // end
    expect(emulator.table('contacts').rows()).toMatchObject([{ employeeid: 'E-1', lastname: 'Ann' }])
    await crm.close()
  })
})
