import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createSqliteSink } from '@deltaverse/sqlite'
import { idOf } from '@deltaverse/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const kills = 15
const child = fileURLToPath(new URL('./support/killed-child.mjs', import.meta.url))
const place = filePlace()

describe('a process that is killed', () => {
  it.each(['in-place', 'at-end'] as const)(
    `leaves what the saved state says, and its name free, ${kills} times (%s)`,
    async (resync) => {
      const path = place.fresh()
      const moments = fc.sample(fc.tuple(fc.nat(4), fc.double({ min: 0, max: 12, noNaN: true })), {
        seed: 20_261_201,
        numRuns: kills,
      })
      let committed = 0
      for (const [dieAt, dieAfterMs] of moments) {
        const before = committed
        await runUntilKilled({ path, resync, dieAt, dieAfterMs })
        const sink = createSqliteSink({
          file: path,
          table: 'accounts',
          columns: [{ member: 'name', type: 'text' }],
        })
        const stored = await sink.loadState('accounts')
        committed = stored?.state.checkpoint.rowsRead ?? 0
        expect(committed).toBeGreaterThanOrEqual(before)
        expect(await versions(path)).toEqual(versionsAfter(committed))
        await sink.close()
      }
      expect(committed, 'commits of all runs').toBeGreaterThan(kills)
    },
    120_000,
  )
})

/** Versions by id, as the steps of the child leave them. */
function versionsAfter(steps: number): Record<string, number> {
  const versions = new Map<number, number>()
  for (let step = 0; step < steps; step += 1) {
    const isSnapshot = step % 3 === 0
    for (let at = 0; at < (isSnapshot ? 200 : 50); at += 1) versions.set(at, (step + 1) * 1_000 + at)
    if (!isSnapshot) versions.delete(step % 200)
  }
  return Object.fromEntries([...versions].map(([at, version]) => [idOf(at), version]))
}

async function versions(path: string): Promise<Record<string, number>> {
  const tables = await place.query(path, "SELECT name FROM sqlite_schema WHERE name = 'accounts'")
  if (tables.length === 0) return {}
  const rows = await place.query<{ id: string; version: number }>(
    path,
    'SELECT id, row_version AS version FROM accounts',
  )
  return Object.fromEntries(rows.map(({ id, version }) => [id, version]))
}

async function runUntilKilled(task: object): Promise<void> {
  const started = spawn(process.execPath, [child, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [, signal]] = await Promise.all([text(started.stderr), once(started, 'close')])
  expect(signal, said).toBe('SIGKILL')
}
