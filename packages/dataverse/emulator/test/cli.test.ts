import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startProcess } from './support/emulator-process.js'
import { temporaryFolder } from './support/temporary-folder.js'

describe('dataverse-emulator', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints one line with its URL and ends cleanly on %s',
    async (signal) => {
      const emulator = startProcess(['--port', '0', '--seed-products', '3'])
      const url = await emulator.firstLine
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      const count = await fetch(`${url}/api/data/v9.2/products/$count`)
      expect(await count.text()).toBe('3')
      emulator.child.kill(signal)
      expect(await emulator.ended).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' })
    },
  )

  it('keeps its state where it is told, and refuses a second process there', async () => {
    const folder = temporaryFolder()
    const first = startProcess(['--port', '0', '--state', folder])
    await first.firstLine
    const second = await startProcess(['--port', '0', '--state', folder]).ended
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toMatch(/^dataverse-emulator: The state directory .* is in use by process \d+.*\n$/)
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
  })

  it.each([['--port', 'x'], ['--port', '70000'], ['--nothing'], ['surplus'], ['--seed-products', '-1']])(
    'ends with 2 and one line for %s %s',
    async (...args) => {
      const { code, stdout, stderr } = await startProcess(args).ended
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^error: [^\n]+\n$/)
    },
  )

  it('says in one line that the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    const { code, stderr } = await startProcess(['--port', String(port)]).ended
    expect([code, stderr]).toEqual([
      1,
      `dataverse-emulator: port ${port} is taken: choose another with --port\n`,
    ])
    holder.close()
  })

  it('prints its help and its version', async () => {
    const help = await startProcess(['--help']).ended
    expect([help.code, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain('--state <directory>')
    expect((await startProcess(['--version']).ended).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
