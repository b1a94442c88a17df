import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SyncState } from '@deltaverse/core'
import { startEmulator } from '@deltaverse/emulator'
import type { FilePosition } from '@deltaverse/files'
import { createSeededRandom } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { catalogue, productAt } from '../src/lib/catalogue.js'
import { type Ended, runApp, startApp } from './support/app-process.js'
import { plainRows, rebuiltRows } from './support/rebuilt-table.js'
import { temporaryFolder } from './support/temporary-folder.js'

/** A moment to kill the app at: when it has said a line with this text that many times; without a text, at once. */
interface Moment {
  readonly text?: string
  readonly times: number
}

async function killAt(
  args: readonly string[],
  cwd: string,
  moment: Moment,
  onLine?: () => void,
): Promise<Ended> {
  const { text, times } = moment
  let heard = 0
  const app = startApp(args, {
    cwd,
    onLine: (line) => {
      onLine?.()
      if (text !== undefined && line.includes(text) && ++heard === times) app.child.kill('SIGKILL')
    },
  })
  if (text === undefined) app.child.once('spawn', () => app.child.kill('SIGKILL'))
  const ended = await app.ended
  expect(ended.signal, `${text} was not said ${times} times:\n${ended.stderr}\n${ended.stdout}`).toBe(
    'SIGKILL',
  )
  expectPromisesKept(join(cwd, 'out'))
  return ended
}

/**
 * Whatever the moment of death: the state file is whole or absent, and the data file holds what it promises. Then adds what
 * a write that was cut off may leave behind it, longer than a delta.
 */
function expectPromisesKept(out: string): void {
  const statePath = join(out, 'products.checkpoint.json')
  if (!existsSync(statePath)) return
  const { state } = JSON.parse(readFileSync(statePath, 'utf8')) as { state: SyncState<FilePosition> }
  const last = state.position.mode === 'log' ? state.position.read?.file : undefined
  if (last === undefined) return
  expect(statSync(join(out, last.file)).size).toBeGreaterThanOrEqual(last.bytes)
  appendFileSync(join(out, last.file), `{"kind":"upserted","table":"products","id":"${'0'.repeat(300_000)}`)
}

describe('a run that is killed', () => {
  it('goes on without a gap, in the full read, in the night and in the delta of the demonstration', {
    timeout: 120_000,
  }, async () => {
    const cwd = temporaryFolder()
    const args = ['--json', '--trace', '--products', '3000', '--page-size', '50', '--commit-bytes', '1']
    const random = createSeededRandom(20_260_320)
    const upTo = (most: number): number => 1 + random.below(most)
    const moments: Moment[] = [
      { times: 0 },
      { text: 'A new demonstration', times: 1 },
      { text: 'emulator ready', times: 1 },
      { text: 'no checkpoint yet', times: 1 },
      { text: 'upserted', times: upTo(5) },
      { text: 'committed', times: upTo(5) },
      { text: 'upserted', times: upTo(8) },
      { text: 'committed', times: upTo(8) },
      { text: 'night 1 write', times: upTo(58) },
      { text: 'night 1 write', times: upTo(58) },
      { text: 'found a checkpoint', times: 1 },
      { text: 'night 1 write', times: 58 },
      { text: 'night 1 played', times: 1 },
      { text: 'upserted', times: 1 },
    ]
    const ended: Ended[] = []
    for (const moment of moments) ended.push(await killAt(args, cwd, moment))
    expect(ended.map(({ stderr }) => stderr).join('\n')).toContain('going on in the middle of a full read')

    const last = await runApp(args, { cwd })
    expect(last, last.stderr).toMatchObject({ code: 0 })
    const emulator = await startEmulator({ stateDirectory: join(cwd, '.deltaverse', 'emulator') })
    try {
      const [file] = JSON.parse(last.stdout).tables[1].files as [string]
      const rebuilt = rebuiltRows(join(cwd, file))
      expect(rebuilt.size).toBeGreaterThan(2900)
      expect(plainRows(rebuilt.values())).toEqual(plainRows(emulator.table('products').rows()))
    } finally {
      await emulator.close()
    }
  })

  it('goes on without a gap while the table is being changed', { timeout: 120_000 }, async () => {
    const cwd = temporaryFolder()
    const emulator = await startEmulator({ rows: { products: catalogue(3000) } })
    try {
      const products = emulator.table('products')
      const ids = products.rows().map((row) => row.productid as string)
      const random = createSeededRandom(7)
      let created = 3000
      const change = (): void => {
        const id = ids[random.below(ids.length)] as string
        const dice = random.next()
        if (dice < 0.1) {
          ids.push(products.create({ ...productAt(++created) }))
        } else if (dice < 0.2) {
          products.remove(id)
          ids.splice(ids.indexOf(id), 1)
        } else products.update(id, { price: random.below(1000) })
      }
      const args = ['--url', emulator.url, '--table', 'product', '--json', '--trace']
      args.push('--page-size', '50', '--commit-bytes', '1')
      const runAndKill = async (text: string, times: number): Promise<void> => {
        await killAt(args, cwd, { text, times }, change)
        for (let more = 0; more < 20; more += 1) change()
      }
      for (let kill = 0; kill < 3; kill += 1) {
        await runAndKill('upserted', 1 + random.below(6))
        await runAndKill('committed', 1 + random.below(6))
      }
      expect(await runApp(args, { cwd })).toMatchObject({ code: 0 })
      await runAndKill('found a checkpoint', 1)
      await runAndKill('upserted', 1)
      await runAndKill('page 1 of a delta', 1)
      emulator.deltaTokens.expireAll()
      await runAndKill('Resync', 1)
      await runAndKill('upserted', 1 + random.below(6))
      await runAndKill('committed', 1 + random.below(6))
      // The rest of the full read, and then the delta with what changed under it.
      expect(await runApp(args, { cwd })).toMatchObject({ code: 0 })
      const last = await runApp(args, { cwd })
      expect(last, last.stderr).toMatchObject({ code: 0 })
      const [report] = JSON.parse(last.stdout).tables
      expect(report).toMatchObject({ phase: 'incremental', epoch: 2 })
      const rebuilt = rebuiltRows(join(cwd, report.files[0]))
      expect(plainRows(rebuilt.values())).toEqual(plainRows(products.rows()))
    } finally {
      await emulator.close()
    }
  })
})
