import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('support/copy-and-die.mjs', import.meta.url))

let from: Emulator
let to: Emulator
let directory = ''

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'crash-dataverse-'))
  ;[from, to] = await Promise.all([startEmulator(), startEmulator()])
})
afterEach(async () => {
  await Promise.all([from.close(), to.close()])
  rmSync(directory, { recursive: true, force: true })
})

/** `KILL_STEP=1` kills at every write, not at every third one. */
const step = Number(process.env.KILL_STEP ?? 3)

interface Run {
  readonly killAt?: number
  readonly when?: 'before' | 'behind'
}

/** Runs the copy in a process of its own. @returns whether it was killed, and how many writes it sent where it was not */
async function copy(run: Run = {}): Promise<{ readonly isKilled: boolean; readonly writes: number }> {
  const job = JSON.stringify({ from: from.url, to: to.url, directory, ...run })
  const child = spawn(process.execPath, [program, job], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [said, complaint, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(complaint)
  return { isKilled: signal === 'SIGKILL', writes: Number(said) }
}

const columns = ['accountid', 'accountnumber', 'name', 'numberofemployees']
function rowsOf(emulator: Emulator): readonly string[] {
  const rows = emulator.table('accounts').rows()
  return rows.map((row) => JSON.stringify(columns.map((name) => row[name] ?? null))).sort()
}

/** How often rows were created in the target. */
const created = (): number =>
  to.history().filter(({ table, operation }) => table === 'account' && operation === 'created').length

describe('a process that copies into Dataverse and is killed at any of its writes', () => {
  it.each(['before', 'behind'] as const)(
    '%s it is answered loses, doubles and bends nothing',
    async (when) => {
      const accounts = from.table('accounts')
      for (let number = 0; number < 14; number += 1) {
        accounts.create({
          accountnumber: `A-${number}`,
          name: `Account ${number}`,
          numberofemployees: number,
        })
      }
      let everCreated = 14
      let round = 0
      for (let killAt = when === 'before' ? 1 : 2; ; killAt += step) {
        const { isKilled } = await copy({ killAt, when })
        if (!isKilled) break
        const [gone, ...others] = accounts.rows()
        // What a first run wrote that saved no state is nobody's, should its source lose it before the next one.
        if (round > 0) accounts.remove(String(gone?.accountid))
        for (const { accountid } of others) accounts.update(String(accountid), { name: `Round ${round}` })
        accounts.create({ accountnumber: `N-${round}`, name: 'New' })
        everCreated += 1
        round += 1
        // Every other run goes on from what two runs left that were killed.
        if (round % 2 === 0) continue
        await copy()
        expect(rowsOf(to), `killed at write ${killAt}`).toEqual(rowsOf(from))
        for (const { accountid } of others) accounts.update(String(accountid), { name: `Behind ${round}` })
      }
      await copy()
      expect(rowsOf(to)).toEqual(rowsOf(from))
      expect(round).toBeGreaterThan(2)
      expect(created()).toBeLessThanOrEqual(everCreated)
    },
  )
})
