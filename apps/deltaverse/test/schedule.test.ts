import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'
import { startDeltaverse } from './support/start-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-schedule-'))
  emulator = await startEmulator({
    rows: { accounts: [{ name: 'Ann' }], contacts: [{ lastname: 'Bob' }] },
    limits: { concurrency: 1 },
  })
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const jobs = (times: string) => `
connections: { crm: { dataverse: "${emulator.url}" }, lake: { files: ./data } }
limits: { requests: 1, jobs: 2, tables: 1 }
jobs:
  people: { after: [companies], pull: { from: crm, tables: { contact: {} } }, to: lake }
  companies: { ${times}, pull: { from: crm, tables: { account: {} } }, to: lake }
`
const write = (text: string) => writeFileSync(join(cwd, 'deltaverse.yaml'), text)
const state = () => JSON.parse(readFileSync(join(cwd, '.deltaverse/deltaverse.yaml.schedule.json'), 'utf8'))

describe('deltaverse run --follow', () => {
  it('runs jobs at their times, each behind what it needs, and ends with 0 when it is asked to', async () => {
    write(jobs('every: 1s'))
    const started = startDeltaverse(['run', '--follow', '--events', 'events.ndjson'], { cwd })
    await started.until(/people: done[\s\S]*companies: runs again[\s\S]*people: done/)
    const held = await runDeltaverse(['run', '--follow'], { cwd })
    expect([held.code, held.stderr]).toEqual([
      4,
      expect.stringMatching(/the schedule of deltaverse.yaml is held by /),
    ])
    expect(await started.end('SIGTERM')).toBe(0)
    expect(started.printed()).toMatch(/companies: run \d+ times, the last time well/)
    expect(started.printed()).not.toContain('Stopped.')
    const events = readFileSync(join(cwd, 'events.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const began = events.flatMap(({ kind, job }) => (kind === 'job-began' ? [job] : []))
    expect(began.slice(0, 4)).toEqual(['companies', 'people', 'companies', 'people'])
    // The service takes one request at a time, and that is all that it was sent.
    expect(events.filter(({ kind }) => kind === 'retry' || kind === 'gate-closed')).toEqual([])
  })

  it('goes on with what it knows when it is started again', async () => {
    expect(state()).toMatchObject({ version: 1, jobs: { companies: { ok: true }, people: { ok: true } } })
    write(jobs('every: 1h'))
    const started = startDeltaverse(['run', '--follow'], { cwd })
    await started.until(/companies: runs again at .* \(in (?:59|60) min/)
    expect(await started.end('SIGINT')).toBe(0)
    expect(started.printed()).not.toContain('done')
    expect(existsSync(join(cwd, '.deltaverse/deltaverse.yaml.schedule.json.lock'))).toBe(false)
  })

  it.each([
    [
      'times that cron does not know',
      () => jobs('cron: nightly'),
      /line 6, column \d+: cron does not know "nightly"/,
    ],
    [
      'a time zone that is none',
      () => jobs('cron: { at: "0 2 * * *", timeZone: Europe/Bärlin }'),
      /Europe\/Bärlin/,
    ],
    ['no times at all', () => jobs('maxDeleteShare: 1'), /--follow needs a job with every: 15m or cron/],
  ])('refuses %s', async (_, text, message) => {
    write(text())
    const ended = await runDeltaverse(['run', '--follow'], { cwd })
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(message)])
  })
})
