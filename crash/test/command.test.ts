import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

function run(...args: readonly string[]) {
  if (!existsSync(program)) throw new Error(`${program} is missing: build first (npm test does)`)
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
}

// Whole processes, on a machine that may be busy.
describe('npm run crash', { timeout: 60_000 }, () => {
  it('ends with one line and 0 when nothing is wrong', () => {
    const { stdout, status } = run('--seeds', '2', '--sink', 'log,no-fingerprints', '--way', 'power')
    expect(stdout).toMatch(
      /^crashes [1-9]\d* · rows lost 0 · rows torn 0 · duplicates seen \d+ · duplicates after commit 0\n$/,
    )
    expect(status).toBe(0)
  })

  it('ends with 1 when something is, with the trail of the seed and the command that replays it', () => {
    const args = ['--sink', 'log,ndjson,plain,no-fingerprints', '--way', 'power', '--plant', 'no-data-fsync']
    const { stdout, status } = run('--seed', '5', ...args)
    expect(status).toBe(1)
    expect(stdout).toMatch(/^seed 5 FAILED\n/)
    expect(stdout).toMatch(/run \d+: .*crashed at .+\n {4}torn: /)
    const replay = stdout.match(/replay: npm run crash -- (.*)\n/)?.[1] ?? ''
    expect(run(...replay.split(' ')).stdout).toBe(stdout)
  })

  it('ends with 2 for what it does not understand', () => {
    const { stderr, status } = run('--sink', 'tape')
    expect(stderr).toMatch(/^--sink knows log, .*not "tape"\n\nUsage: /)
    expect(status).toBe(2)
  })
})
