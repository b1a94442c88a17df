// The code between the marks is what the README shows; a check of the repository compares the two.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConnector } from '@deltaverse/registry'
import { afterAll, describe, expect, it } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'registry-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the README', () => {
  it('opens a sink by the name of its connector', async () => {
    // example: open
    const { title, sink: role } = await loadConnector('files')
    if (role === undefined) throw new Error(`${title} is no sink`)
    const { sink, release } = await role.open({ directory, mode: 'mirror' }, { name: 'contacts' })
    // end
    await sink.open(undefined)
    expect(await sink.commit()).toBeDefined()
    await sink.close()
    await release()
  })
})
