import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulator } from '@deltaverse/emulator'
import { describe, expect, it } from 'vitest'
import { catalogue, productAt } from '../src/lib/catalogue.js'
import { randomBelow, seededRandom } from '../src/lib/seeded-random.js'
import { type Ended, runApp, startApp } from './support/app-process.js'
import { plainRows, rebuiltRows } from './support/rebuilt-table.js'
import { temporaryFolder } from './support/temporary-folder.js'

const kills = 12

/** Starts the app and kills it when it has said that many lines; 0 kills it as soon as it exists. */
async function killAtLine(args: readonly string[], cwd: string, atLine: number): Promise<Ended> {
  const app = startApp(args, {
    cwd,
    onLine: (_, number) => {
      if (number === atLine) app.child.kill('SIGKILL')
    },
  })
  if (atLine === 0) app.child.once('spawn', () => app.child.kill('SIGKILL'))
  return app.ended
}

/** Whatever the moment of death: the state file is whole or absent, and the data file holds what it promises. */
function expectPromisesKept(out: string): void {
  const statePath = join(out, 'products.checkpoint.json')
  if (!existsSync(statePath)) return
  const state = JSON.parse(readFileSync(statePath, 'utf8')) as { file: string; committedBytes: number }
  if (state.committedBytes === 0) return
  expect(statSync(join(out, state.file)).size).toBeGreaterThanOrEqual(state.committedBytes)
}

describe('a run that is killed', () => {
  it('goes on without a gap, in the full read, in the night and in the delta of the demonstration', {
    timeout: 120_000,
  }, async () => {
    const cwd = temporaryFolder()
    const args = ['--json', '--trace', '--products', '2000', '--page-size', '200', '--commit-bytes', '400000']
    const random = seededRandom(20_260_320)
    const ended: Ended[] = []
    for (let kill = 0; kill < kills; kill += 1) {
      // A full read says some 100 lines and a night 60: the first kills fall into the one, later ones into the other.
      ended.push(await killAtLine(args, cwd, kill === 0 ? 0 : 1 + randomBelow(random, kill < 6 ? 70 : 62)))
      expectPromisesKept(join(cwd, 'out'))
    }
    expect(ended.every(({ signal }) => signal === 'SIGKILL')).toBe(true)
    const heard = ended.map(({ stderr }) => stderr).join('\n')
    expect(heard).toContain('going on in the middle of a full read')
    expect(heard).toMatch(/night 1 write \d+/)

    const last = await runApp(args, { cwd })
    expect(last, last.stderr).toMatchObject({ code: 0 })
    const emulator = await startEmulator({ stateDirectory: join(cwd, '.deltaverse', 'emulator') })
    try {
      const file = JSON.parse(last.stdout).tables[1].file as string
      const rebuilt = rebuiltRows(join(cwd, file))
      expect(rebuilt.size).toBeGreaterThan(1900)
      expect(plainRows(rebuilt.values())).toEqual(plainRows(emulator.table('products').rows()))
    } finally {
      await emulator.close()
    }
  })

  it('goes on without a gap while the table is being changed', { timeout: 120_000 }, async () => {
    const cwd = temporaryFolder()
    // The token of a long read stands for its first page here: what changes under it must come with the delta.
    const emulator = await startEmulator({
      rows: { products: catalogue(1500) },
      changeTracking: { watermark: 'first-page' },
    })
    try {
      const products = emulator.table('products')
      const ids = products.rows().map((row) => row.productid as string)
      const random = seededRandom(7)
      let created = 1500
      const change = (): void => {
        const id = ids[randomBelow(random, ids.length)] as string
        const dice = random()
        if (dice < 0.1) {
          ids.push(products.create({ ...productAt(++created) }))
        } else if (dice < 0.2) {
          products.remove(id)
          ids.splice(ids.indexOf(id), 1)
        } else products.update(id, { price: randomBelow(random, 1000) })
      }
      const args = ['--url', emulator.url, '--table', 'product', '--json', '--trace']
      args.push('--page-size', '100', '--commit-bytes', '300000')
      for (let kill = 0; kill < kills; kill += 1) {
        const atLine = 1 + randomBelow(random, kill < 6 ? 45 : 5)
        const app = startApp(args, {
          cwd,
          onLine: (_, number) => {
            change()
            if (number === atLine) app.child.kill('SIGKILL')
          },
        })
        await app.ended
        expectPromisesKept(join(cwd, 'out'))
        for (let more = 0; more < 20; more += 1) change()
        if (kill === 8) emulator.deltaTokens.expireAll()
      }
      const last = await runApp(args, { cwd })
      expect(last, last.stderr).toMatchObject({ code: 0 })
      const [report] = JSON.parse(last.stdout).tables
      expect(report).toMatchObject({ phase: 'delta', generation: 2 })
      const rebuilt = rebuiltRows(join(cwd, report.file))
      expect(plainRows(rebuilt.values())).toEqual(plainRows(products.rows()))
    } finally {
      await emulator.close()
    }
  })
})
