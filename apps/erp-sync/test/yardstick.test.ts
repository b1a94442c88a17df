import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulator } from '@deltaverse/emulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { productsAfter } from '../src/lib/night.js'
import { writeNightFile } from '../src/lib/night-file.js'
import { reportIn, runApp } from './support/run-app.js'
import { temporaryFolder } from './support/temporary-folder.js'

const catalogueSize = 10_000

async function environmentWithFile(night: number) {
  const folder = temporaryFolder()
  const emulator = await startEmulator({
    // As in environments that came from older versions: products begin as active ones.
    organization: { createproductswithoutparentinactivestate: true },
    rows: { products: [...productsAfter(0, catalogueSize).values()].map((product) => ({ ...product })) },
  })
  onTestFinished(() => emulator.close())
  await writeNightFile(join(folder, 'night.csv'), productsAfter(night, catalogueSize).values())
  const run = (...args: string[]) =>
    runApp(['--url', emulator.url, '--file', 'night.csv', '--json', ...args], folder)
  const writesSince = (before: number) =>
    emulator.requests
      .slice(before - emulator.requestCount || emulator.requests.length)
      .filter(({ method }) => method !== 'GET')
  return { folder, emulator, run, writesSince }
}

describe('a night of 10,000 products', () => {
  it('writes 40 changed, 7 new and 3 gone products, and nothing when it is run again', async () => {
    const { emulator, run, writesSince } = await environmentWithFile(1)
    const first = await run()
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(reportIn(first).runs).toMatchObject([
      {
        rows: 10_004,
        created: 7,
        updated: 40,
        unchanged: 9_957,
        deactivated: 3,
        failed: 0,
        naiveRequests: 80_028,
      },
    ])
    const { requests } = reportIn(first).runs[0]!
    // One for what changed, one for what is new, one for what is gone.
    expect(requests.writes).toBe(3)
    expect(requests).toEqual({
      writes: writesSince(0).length,
      reads: emulator.requestCount - writesSince(0).length,
    })
    const before = emulator.requestCount
    const second = await run()
    expect(second.code).toBe(0)
    expect(reportIn(second).runs).toMatchObject([
      { rows: 10_004, created: 0, updated: 0, unchanged: 10_004, deactivated: 0, requests: { writes: 0 } },
    ])
    expect(emulator.requestCount).toBeGreaterThan(before)
    expect(writesSince(before)).toEqual([])
  })

  it('leaves exactly the products of the file active', async () => {
    const { emulator, run } = await environmentWithFile(1)
    await run()
    const active = emulator
      .table('products')
      .rows()
      .filter(({ statecode }) => statecode === 0)
    const wanted = productsAfter(1, catalogueSize)
    expect(active).toHaveLength(wanted.size)
    for (const row of active) expect(row).toMatchObject(wanted.get(String(row.productnumber))!)
  })

  it('shows in a dry run what a run then does, and writes nothing', async () => {
    const { emulator, run } = await environmentWithFile(1)
    const dry = reportIn(await run('--dry-run'))
    expect(emulator.requests.filter(({ method }) => method !== 'GET')).toEqual([])
    const plan = dry.runs[0]!.plan!
    const planned = (kind: string) => plan.filter((each) => each.plan === kind)
    expect([planned('create').length, planned('update').length, planned('deactivate').length]).toEqual([
      7, 40, 3,
    ])
    const before = productsAfter(0, catalogueSize)
    const after = productsAfter(1, catalogueSize)
    for (const { productnumber, columns } of planned('update')) {
      const [was, is] = [before.get(productnumber)!, after.get(productnumber)!] as unknown as [
        Record<string, unknown>,
        Record<string, unknown>,
      ]
      expect(columns).toEqual(Object.keys(is).filter((name) => is[name] !== was[name]))
    }
    const { created, updated, deactivated } = reportIn(await run()).runs[0]!
    expect([created, updated, deactivated]).toEqual([7, 40, 3])
  })

  it('runs by itself on an emulator that keeps its state', async () => {
    const folder = temporaryFolder()
    const counts = async (...args: string[]) => {
      const [run] = reportIn(await runApp(['--products', '300', '--json', ...args], folder)).runs
      return [run!.created, run!.updated, run!.deactivated, run!.requests.writes > 0]
    }
    expect(await counts()).toEqual([7, 40, 3, true])
    expect(await counts()).toEqual([0, 0, 0, false])
    expect(await counts('--night', '2')).toEqual([7, 40, 3, true])
    expect(existsSync(join(folder, '.deltaverse/erp'))).toBe(true)
  })

  it('syncs twice where no state is kept', async () => {
    const folder = temporaryFolder()
    const { code, stdout } = await runApp(['--products', '200', '--in-memory'], folder)
    expect(code).toBe(0)
    expect(stdout).toMatch(/updated\s*│\s*40 │\s*0 │/)
    expect(stdout).toMatch(/requests that write\s*│\s*\d+ │\s*0 │/)
    expect(existsSync(join(folder, '.deltaverse'))).toBe(false)
  })
})
