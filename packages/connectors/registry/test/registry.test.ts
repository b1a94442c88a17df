import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector } from '@deltaverse/core'
import { account, checkpoint, fullRead } from '@deltaverse/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { connectorNames, isConnectorName, loadConnector } from '../src/index.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('loadConnector()', () => {
  it.each(connectorNames)('loads %s, which says what it is', async (name) => {
    const connector = await loadConnector(name)
    expect(connector.name).toBe(name)
    expect(connector.title).toMatch(/^[A-Z]/)
    expect(connector.sink ?? connector.source, 'it has no role').toBeDefined()
    for (const { options } of rolesOf(connector)) {
      expect(options.describe().length).toBeGreaterThan(0)
      expect(options.toJsonSchema()).toMatchObject({ type: 'object', additionalProperties: false })
    }
  })

  it('says the nearest name, or all of them', async () => {
    expect(isConnectorName('file')).toBe(false)
    expect(isConnectorName('toString')).toBe(false)
    await expect(loadConnector('file')).rejects.toThrow('there is no connector "file". Did you mean files?')
    await expect(loadConnector('toString')).rejects.toThrow(/There are dataverse, files, .*postgres/)
  })

  it('opens a sink that works, with its checkpoints', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'registry-'))
    folders.push(directory)
    const { sink: role } = await loadConnector('files')
    const opened = await role?.open({ directory, mode: 'mirror' }, { name: 'accounts' })
    await opened?.sink.open(undefined)
    await opened?.sink.write([...fullRead(1, [account(1), account(2)]), checkpoint()])
    await opened?.sink.commit()
    const held = []
    for await (const rows of opened?.sink.held?.() ?? []) held.push(...rows)
    expect(held.map(({ id }) => id)).toEqual([account(1).id, account(2).id].sort())
    expect(await opened?.checkpoints?.load('accounts')).toBeUndefined()
    await opened?.sink.close()
    await opened?.release()
  })

  it('refuses settings with the words of their declaration', async () => {
    const { sink: role } = await loadConnector('files')
    await expect(role?.open({ folder: '.' }, { name: 'accounts' })).rejects.toThrow(/has no option "folder"/)
  })
})

function rolesOf({ sink, source }: Connector) {
  return [sink, source].filter((role) => role !== undefined)
}
