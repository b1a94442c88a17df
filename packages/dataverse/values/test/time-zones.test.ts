import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const module = new URL('../dist/index.js', import.meta.url)

// Days over a year and a half, so that every change of summer time is among them, in a process whose zone is the one named.
const program = `
  const { toWireDate } = await import(${JSON.stringify(module.href)})
  const wrong = []
  for (let day = 0; day < 550; day += 1) {
    const [y, m, d] = [2018, 0, 1 + day]
    const expected = new Date(Date.UTC(y, m, d)).toISOString().slice(0, 10)
    const given = { local: new Date(y, m, d), utc: new Date(Date.UTC(y, m, d)), noon: new Date(y, m, d, 12, 34) }
    const read = (value, behavior) => toWireDate(value, behavior).text
    if (read(given.local, 'DateOnly') !== expected) wrong.push(['local', expected])
    if (read(given.utc, 'DateOnly') !== expected) wrong.push(['utc', expected])
    if (read(given.noon, 'DateOnly') !== undefined) wrong.push(['noon', expected])
    for (const at of Object.values(given)) {
      const text = at.toISOString().slice(0, 19) + 'Z'
      for (const behavior of ['UserLocal', 'TimeZoneIndependent'])
        if (read(at, behavior) !== text || read(text, behavior) !== text) wrong.push([behavior, text])
    }
    if (read(expected + 'T08:00', 'TimeZoneIndependent') !== expected + 'T08:00:00Z') wrong.push(['clock', expected])
  }
  console.log(JSON.stringify({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone, wrong }))
`

describe('dates in the zone of the process', () => {
  // Sao Paulo had summer time begin at midnight, so that one day a year began at one o'clock.
  it.each([
    'UTC',
    'Europe/Berlin',
    'America/Sao_Paulo',
    'America/Los_Angeles',
    'Asia/Calcutta',
    'Pacific/Kiritimati',
    'Australia/Lord_Howe',
  ])('mean the same day in %s', async (zone) => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, TZ: zone },
    })
    expect(JSON.parse(stdout)).toEqual({ zone, wrong: [] })
  })
})
