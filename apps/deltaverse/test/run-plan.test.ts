import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKey } from '@deltaverse/alternate-keys'
import { createClient } from '@deltaverse/client'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runPlan } from '../src/commands/plan/run-plan.js'
import { type RunPushSettings, runPush } from '../src/commands/push/run-push.js'
import { runPlanned } from '../src/commands/run/run-planned.js'
import { createPlanFile, openPlan } from '../src/plan/plan-file.js'
import { quietContext, tableOf } from './support/in-process.js'
import { startDeltaverse } from './support/start-deltaverse.js'

let emulator: Emulator
let cwd = ''
/** What a fault with a delay waits for. */
let onHeld: () => void = () => {}

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-run-plan-'))
  emulator = await startEmulator({
    rows: { accounts: [{ accountnumber: 'A-1', name: 'Acme' }] },
    wait: () => {
      onHeld()
      return new Promise(() => {})
    },
  })
  const client = createClient({ url: emulator.url })
  await createKey(client, { table: 'contact', columns: ['employeeid'], schemaName: 'new_employeeid' })
  await createKey(client, { table: 'account', columns: ['accountnumber'], schemaName: 'new_number' })
  await client.close()
  emulator.advanceKeyIndexes()
  emulator.advanceKeyIndexes()
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const file = (name: string): string => join(cwd, name)
const contact = (employeeid: string) =>
  emulator
    .table('contacts')
    .rows()
    .find((row) => row.employeeid === employeeid)

/** The push of a file of rows, `employeeid,lastname,jobtitle,company`. */
function pushOf(name: string, rows: readonly string[], more: Partial<RunPushSettings> = {}): RunPushSettings {
  writeFileSync(file(`${name}.csv`), `employeeid,lastname,jobtitle,company\n${rows.join('\n')}\n`)
  return {
    environment: { url: emulator.url },
    source: { path: file(`${name}.csv`) },
    table: 'contact',
    key: ['employeeid'],
    operation: 'upsert',
    mapping: [
      { column: 'parentcustomerid', from: 'company', find: { table: 'account', column: 'accountnumber' } },
    ],
    byName: true,
    defaults: {},
    missing: 'deactivate',
    maxDeleteShare: 0.5,
    deadLetters: file(`${name}.letters`),
    state: file('state'),
    batchSize: undefined,
    ...more,
  }
}

const plan = (push: RunPushSettings, output: string, html?: string) =>
  runPlan({ push, output: file(output), html: html && file(html) }, quietContext())
const run = async (name: string) => tableOf(await runPlanned(file(name), quietContext()))
const writes = () => emulator.requests.filter(({ method }) => method !== 'GET').length

describe('run --plan', () => {
  it('keeps the rejected rows in dead letters, in the words of their source, and finds done what is done', async () => {
    const push = pushOf('letters', ['L-1,Ann,Clerk,A-1', 'L-2,Bob,Clerk,A-9', ',Nobody,,'])
    await plan(push, 'letters.json')
    expect(await run('letters.json')).toMatchObject({ created: 1, failed: 2, conflicts: 0 })
    const letters = readFileSync(file('letters.letters'), 'utf8').trimEnd().split('\n')
    expect(letters.map((line) => JSON.parse(line))).toMatchObject([
      {
        version: 1,
        entitySet: 'contacts',
        operation: 'upsert',
        place: { line: 3 },
        row: { employeeid: 'L-2', company: 'A-9' },
        problems: [{ column: 'parentcustomerid', from: 'company', value: 'A-9', reason: 'missing-target' }],
      },
      { place: { line: 4 }, row: { lastname: 'Nobody' } },
    ])
    const before = writes()
    expect(await run('letters.json')).toMatchObject({ created: 0, unchanged: 1, failed: 2, conflicts: 0 })
    expect(writes()).toBe(before)
  })

  it('shows rows that are gone by what people know them by, and rows that are back', async () => {
    await runPush(pushOf('gone', ['G-1,Ann,,', 'G-2,Bob,,', 'G-3,Eve,,']), quietContext())
    const without = pushOf('gone', ['G-1,Ann,,', 'G-3,Eve,,'])
    const { text } = await plan(without, 'gone.json')
    expect(text).toContain('gone, deactivate G-2')
    expect(text).toContain('wave 1: deactivate 1 row in 1 request $batch')
    expect(await run('gone.json')).toMatchObject({ deactivated: 1, unchanged: 2 })
    expect(contact('G-2')?.statecode).toBe(1)
    const before = writes()
    expect(tableOf(await runPush(without, quietContext()))).toMatchObject({ unchanged: 2, deactivated: 0 })
    expect(writes()).toBe(before)
    await plan(pushOf('gone', ['G-1,Ann,,', 'G-2,Bob,,', 'G-3,Eve,,']), 'back.json')
    expect(await run('back.json')).toMatchObject({ updated: 1, unchanged: 2 })
    expect(contact('G-2')?.statecode).toBe(0)
  })

  it('touches nothing that is missing where too much is', async () => {
    const all = Array.from({ length: 30 }, (_, n) => `M-${n},x,,`)
    await runPush(pushOf('many', all), quietContext())
    const { report } = await plan(pushOf('many', all.slice(0, 5)), 'many.json')
    expect(report).toMatchObject({
      plan: { unchanged: 5, deactivate: 0 },
      withheld: expect.stringContaining('--max-delete-share'),
    })
  })

  it('goes on where a run was killed, and makes no row twice', async () => {
    const rows = (title: string) => Array.from({ length: 20 }, (_, n) => `K-${n},Name,${title},A-1`)
    await runPush(pushOf('killed', rows('Old').slice(0, 10)), quietContext())
    await plan(pushOf('killed', rows('New'), { batchSize: 2 }), 'killed.json')
    const held = new Promise<void>((resolve) => {
      onHeld = resolve
    })
    emulator.faults.add({
      method: 'POST',
      url: /\$batch/,
      inBatch: false,
      nth: 3,
      times: 1,
      latencyMs: 60_000,
    })
    const started = startDeltaverse(['run', '--plan', 'killed.json'], { cwd })
    await held
    await started.end('SIGKILL')
    const done = await run('killed.json')
    expect(done).toMatchObject({ failed: 0, conflicts: 0, rows: 20 })
    expect(done.created + done.updated + done.unchanged).toBe(20)
    expect(done.unchanged).toBeGreaterThan(0)
    const found = emulator
      .table('contacts')
      .rows()
      .filter(({ employeeid }) => /^K-/.test(String(employeeid)))
    expect(found).toHaveLength(20)
    expect(new Set(found.map(({ jobtitle }) => jobtitle))).toEqual(new Set(['New']))
    expect(await run('killed.json')).toMatchObject({ unchanged: 20, created: 0, updated: 0, failed: 0 })
  })

  it('refuses a plan of another environment, and one that was edited on its way', async () => {
    await plan(pushOf('other', ['O-1,Ann,,']), 'other.json')
    const { head, summary, entries } = await openPlan(file('other.json'))
    const other = await createPlanFile(file('copy.json'), { ...head, organization: '0'.repeat(36) })
    for await (const entry of entries()) await other.add(entry)
    await other.finish(summary)
    await other.close()
    await expect(run('copy.json')).rejects.toThrow(/made for another environment/)
    const text = readFileSync(file('other.json'), 'utf8')
    const edits = [
      text.replace('"O-1"', '"O-2"'),
      text.replace('"create":1', '"create":2'),
      text.replace(/\{"do":[^\n]*\n/, ''),
      text.slice(0, text.indexOf('"end"')),
      text.replace(/"end":.*\n/, `"end":{"sha256":"${'0'.repeat(64)}"}}\n`),
      JSON.stringify(JSON.parse(text)),
    ]
    for (const edited of edits) {
      writeFileSync(file('edited.json'), edited)
      await expect(run('edited.json')).rejects.toThrow(/altered|is no plan/)
    }
    expect(contact('O-1')).toBeUndefined()
  })

  it('refuses the second of two rows with one key, wherever it stands', async () => {
    const far = Array.from({ length: 1_100 }, (_, n) => `D-${n},x,,`)
    const { report } = await plan(pushOf('twice', ['D-1,first,,', ...far]), 'twice.json')
    expect(report.plan).toMatchObject({ create: 1_100, superseded: 1, reject: 0 })
    const apart = await plan(pushOf('apart', [...far, 'd-1,second,,']), 'apart.json')
    expect(apart.report.plan).toMatchObject({ create: 1_100, reject: 1 })
    expect(apart.text).toContain('reject')
    expect(readFileSync(file('apart.json'), 'utf8')).toContain('its key stands on line 3 as well')
  })

  it('says what it takes: waves, requests, sizes, look-ups, keys, time', async () => {
    await runPush(pushOf('calls', ['C-1,Ann,Old,A-1']), quietContext())
    const push = pushOf('calls', ['C-1,Ann,New,A-1', 'C-2,<script>,,A-1', 'C-3,Eve,,A-9'])
    const { report, text } = await plan(push, 'calls.json', 'calls.html')
    expect(report).toMatchObject({
      plan: { create: 1, update: 1, reject: 1 },
      calls: {
        rows: 2,
        requests: 2,
        entitlement: 4,
        lookUps: { keys: 4, requests: 2 },
        waves: [
          { wave: 1, do: 'create', kind: 'CreateMultiple', rows: 1, requests: 1, table: 'contact' },
          { wave: 2, do: 'update', kind: '$batch', rows: 1, requests: 1 },
        ],
        concurrency: expect.any(Number),
      },
      bulk: { create: true, update: true },
      keys: [
        { table: 'contact', columns: ['employeeid'], readiness: 'active' },
        { table: 'account', columns: ['accountnumber'], readiness: 'active' },
      ],
    })
    expect(text).toContain('wave 2: update 1 row in 1 request $batch')
    const page = readFileSync(file('calls.html'), 'utf8')
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script>')
    expect(page).toContain('<td>CreateMultiple</td>')
  })

  it('tells of keys that are not there, with what to do', async () => {
    const byName = pushOf('keys', ['X-1,Ann,,'], {
      mapping: [{ column: 'parentcustomerid', from: 'company', find: { table: 'account', column: 'name' } }],
    })
    const { text, report } = await plan(byName, 'keys.json')
    expect(report.keys).toContainEqual(expect.objectContaining({ table: 'account', readiness: 'missing' }))
    expect(text).toContain('deltaverse keys account --ensure name')
    await expect(plan({ ...byName, key: ['lastname'] }, 'none.json')).rejects.toThrow(
      /contact has no active key of lastname.*deltaverse keys contact --ensure lastname/,
    )
    expect(existsSync(file('none.json'))).toBe(false)
  })

  it.each([
    [
      'a find by a column that is none',
      { table: 'account', column: 'nam' },
      /account has no such column.*'name'/,
    ],
    [
      'a find in a table that the look-up cannot point at',
      { table: 'systemuser', column: 'fullname' },
      /only at account, contact/,
    ],
  ])('refuses %s before the first row, and leaves the plan that was there', async (_, find, message) => {
    const push = pushOf('finds', ['F-1,Ann,,A-1'])
    await plan(push, 'finds.json')
    const before = readFileSync(file('finds.json'), 'utf8')
    const mapping = [{ column: 'parentcustomerid', from: 'company', find }]
    await expect(plan({ ...push, mapping }, 'finds.json')).rejects.toThrow(message)
    await expect(plan(pushOf('finds', ['F-1,Ann,,A-1', 'too,few']), 'finds.json')).rejects.toThrow(/line 3/)
    expect(readFileSync(file('finds.json'), 'utf8')).toBe(before)
    expect(existsSync(file('finds.json.part'))).toBe(false)
  })

  it('writes while it reads, so that a plan holds little however long it is', async () => {
    const wide = 'x'.repeat(200)
    const rows = Array.from({ length: 4_000 }, (_, n) => `S-${n},${wide},,`)
    const sizes: number[] = []
    const push = pushOf('long', rows)
    const watched = runPlan(
      { push, output: file('long.json'), html: undefined },
      {
        ...quietContext(),
        terminal: {
          ...quietContext().terminal,
          progress: () => {
            sizes.push(statSync(file('long.json.part')).size)
          },
        },
      },
    )
    await watched
    expect(sizes).toHaveLength(4)
    // Most of it is on the disk before the last rows are compared.
    expect(sizes.at(-1)).toBeGreaterThan(statSync(file('long.json')).size / 2)
  })
})
