import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createFingerprints } from '@deltaverse/fingerprints'
import { idOf } from '@deltaverse/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expectKnown, fingerprintRow, type KnownRows } from './support/known-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'

const kills = 24
const child = fileURLToPath(new URL('./support/killed-child.mjs', import.meta.url))

const step = fc.record({
  rows: fc.array(fc.record({ number: fc.nat(200), version: fc.nat(3) }), { minLength: 1, maxLength: 150 }),
  removed: fc.uniqueArray(fc.nat(200), { maxLength: 30 }),
})

interface State {
  readonly mark: string | undefined
  /** Steps that are done by then. */
  readonly step: number
}

it(`knows what the saved state says after each of ${kills} deaths`, { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder()
  const directory = join(folder, 'fingerprints')
  const stateFile = join(folder, 'state.json')
  const steps = fc.sample(step, { seed: 17, numRuns: 400 })
  const moments = fc.sample(fc.tuple(fc.nat(5), fc.double({ min: 0, max: 4, noNaN: true })), {
    seed: 18,
    numRuns: kills,
  })
  let state: State = { mark: undefined, step: 0 }
  let diedBehindCommit = 0
  for (const [dieAt, dieAfterMs] of moments) {
    const taken = steps.slice(state.step, state.step + 12).map(({ rows, removed }, at) => ({
      rows: rows.map(({ number, version }) => ({ id: idOf(number), text: textOf(number, version) })),
      removed: removed.map(idOf),
      epoch: epochOf(state.step + at),
    }))
    await runUntilKilled({
      directory,
      stateFile,
      ...state,
      from: state.step,
      steps: taken,
      dieAt,
      dieAfterMs,
    })
    const saved = readState(stateFile) ?? state
    if (saved.step > state.step) diedBehindCommit++
    state = saved

    const fingerprints = createFingerprints({ directory })
    expect(await fingerprints.open(state.mark)).toBe(true)
    await expectKnown(fingerprints, rowsAfter(state.step), epochOf(state.step))
    await fingerprints.close()
  }
  expect(diedBehindCommit, 'deaths that found something committed').toBeGreaterThan(kills / 2)

  function rowsAfter(done: number): KnownRows {
    const known = new Map<number, { version: number; epoch: number }>()
    for (const [at, { rows, removed }] of steps.slice(0, done).entries()) {
      for (const { number, version } of rows) known.set(number, { version, epoch: epochOf(at) })
      for (const number of removed) known.delete(number)
    }
    return known
  }
})

const epochOf = (step: number) => 1 + Math.floor(step / 8)

function textOf(number: number, version: number): string {
  return new TextDecoder().decode(fingerprintRow(number, version).bytes)
}

function readState(file: string): State | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

async function runUntilKilled(task: object): Promise<void> {
  const started = spawn(process.execPath, [child, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [, signal]] = await Promise.all([text(started.stderr), once(started, 'close')])
  expect(signal, said).toBe('SIGKILL')
}
