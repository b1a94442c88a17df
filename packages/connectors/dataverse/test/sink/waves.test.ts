import { createKeyResolver } from '@deltaverse/alternate-keys'
import { planWaves, type WriterTable, writeWaves } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createMetadataReader } from '@deltaverse/metadata'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

function table(name: string, parents: readonly string[]): WriterTable {
  const columns = parents.map((parent, at) => {
    const logicalName = `l${at}`
    return [
      logicalName,
      { logicalName, kind: 'lookup', targets: [{ table: parent, navigationProperty: `to_${parent}` }] },
    ] as const
  })
  return {
    logicalName: name,
    entitySetName: `${name}s`,
    primaryIdColumn: `${name}id`,
    columns: new Map(columns),
    keys: [],
  }
}

describe('planWaves()', () => {
  it('puts parents before children, and tables that know nothing of each other together', () => {
    const tables = [
      table('line', ['order', 'item']),
      table('order', ['account']),
      table('item', []),
      table('account', ['systemuser']),
    ]
    expect(planWaves(tables)).toEqual({ waves: [['accounts', 'items'], ['orders'], ['lines']], deferred: [] })
  })

  it('defers look-ups at the own table and those that close a circle', () => {
    const tables = [table('account', ['account', 'contact']), table('contact', ['account'])]
    expect(planWaves(tables)).toEqual({
      waves: [['accounts'], ['contacts']],
      deferred: [{ entitySet: 'accounts', navigationProperties: ['to_account', 'to_contact'] }],
    })
  })

  it('never leaves a look-up that is not deferred before its target', () => {
    const graph = fc.array(fc.array(fc.nat(9), { maxLength: 4 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(graph, (parents) => {
        const tables = parents.map((list, at) =>
          table(
            `t${at}`,
            list.map((parent) => `t${parent}`),
          ),
        )
        const { waves, deferred } = planWaves(tables)
        expect(waves.flat().sort()).toEqual(tables.map(({ entitySetName }) => entitySetName).sort())
        const waveOf = (name: string) => waves.findIndex((wave) => wave.includes(`${name}s`))
        for (const [at, list] of parents.entries()) {
          const late = deferred.find(({ entitySet }) => entitySet === `t${at}s`)?.navigationProperties ?? []
          for (const parent of list) {
            if (parent >= parents.length || late.includes(`to_t${parent}`)) continue
            expect(waveOf(`t${parent}`)).toBeLessThan(waveOf(`t${at}`))
          }
        }
      }),
    )
  })
})

describe('writeWaves()', () => {
  let emulator: Emulator
  let recording: RecordingClient

  beforeEach(async () => {
    const lookup = (name: string, target: string) => ({
      logicalName: name,
      type: 'lookup' as const,
      targets: [
        {
          table: target,
          navigationProperty: `${name}_${target}`,
          collectionNavigationProperty: `${target}_${name}`,
        },
      ],
    })
    const code = { logicalName: 'new_code', type: 'string' as const, maxLength: 100 }
    const keys = [{ logicalName: 'new_key', columns: ['new_code'] }]
    emulator = await startEmulator({
      tables: [
        { logicalName: 'new_team', columns: [code, lookup('new_lead', 'new_person')], keys },
        {
          logicalName: 'new_person',
          columns: [code, lookup('new_boss', 'new_person'), lookup('new_in', 'new_team')],
          keys,
        },
      ],
    })
    recording = createRecordingClient(emulator.url)
  })

  afterEach(async () => {
    await recording.client.close()
    await emulator.close()
  })

  it("does so with rows in people's words, a resolver that they share included", async () => {
    const { client, clock } = recording
    const metadata = createMetadataReader(client)
    const resolver = createKeyResolver(client, { metadata })
    const plan = planWaves([await metadata.tableOfSet('new_persons'), await metadata.tableOfSet('new_teams')])
    const people = [{ Code: 'p1', Boss: 'p2', Team: 't1' }, { Code: 'p2' }, { Code: 'p3', Boss: 'nobody' }]
    const failed: { readonly index: number; readonly row: unknown; readonly deferred: boolean }[] = []
    const columns = {
      new_code: { from: 'Code' },
      new_boss: { from: 'Boss', find: 'new_person.new_code' },
      new_in: { from: 'Team', find: 'new_team.new_code' },
    }
    const lead = { find: 'new_person.new_code' }
    const summaries = await writeWaves(
      client,
      plan,
      [
        {
          entitySet: 'new_persons',
          key: ['new_code'],
          rows: () => people,
          clock,
          translate: { columns, resolver, others: 'leave-out' },
        },
        {
          entitySet: 'new_teams',
          key: ['new_code'],
          rows: () => [{ new_code: 't1', new_lead: 'p2' }],
          clock,
          translate: { columns: { new_lead: lead }, resolver },
        },
      ],
      {
        onEvent({ deferred, ...event }) {
          if (event.kind !== 'row-failed') return
          const { index, row } = event.result
          failed.push({ index, row, deferred })
        },
      },
    )
    expect(failed).toEqual([{ index: 2, row: people[2], deferred: true }])
    expect(summaries).toMatchObject([
      { entitySet: 'new_persons', rows: { upserted: 3 }, deferred: { rows: 2, updated: 1, failed: 1 } },
      { entitySet: 'new_teams', rows: { upserted: 1 } },
    ])
    const rows = emulator.table('new_persons').rows()
    const idOf = (code: string) => rows.find(({ new_code }) => new_code === code)?.new_personid
    const [team] = emulator.table('new_teams').rows()
    expect(rows.find(({ new_code }) => new_code === 'p1')).toMatchObject({
      _new_boss_value: idOf('p2'),
      _new_in_value: team?.new_teamid,
    })
    expect(team?._new_lead_value).toBe(idOf('p2'))
  })

  it('writes circles and references to the own table in a second pass of just these look-ups', async () => {
    const { client, clock } = recording
    const source = createMetadataReader(client)
    const plan = planWaves([await source.tableOfSet('new_persons'), await source.tableOfSet('new_teams')])
    expect(plan).toMatchObject({ waves: [['new_persons'], ['new_teams']] })
    const people = [
      {
        new_code: 'p1',
        'new_boss_new_person@odata.bind': "new_persons(new_code='p2')",
        'new_in_new_team@odata.bind': "new_teams(new_code='t1')",
      },
      { new_code: 'p2' },
    ]
    const teams = [{ new_code: 't1', 'new_lead_new_person@odata.bind': "new_persons(new_code='p2')" }]
    const failed: unknown[] = []
    const summaries = await writeWaves(
      client,
      plan,
      [
        { entitySet: 'new_persons', key: ['new_code'], rows: () => people, clock },
        { entitySet: 'new_teams', key: ['new_code'], rows: () => teams, clock },
      ],
      {
        onEvent: (event) => void (event.kind === 'row-failed' && failed.push(event)),
      },
    )
    expect(failed).toEqual([])
    expect(summaries[1]!.deferred).toBeUndefined()
    expect(summaries).toMatchObject([
      { entitySet: 'new_persons', wave: 0, rows: { upserted: 2 }, deferred: { updated: 1 } },
      { entitySet: 'new_teams', wave: 1, rows: { upserted: 1 } },
    ])
    const [p1, p2] = emulator
      .table('new_persons')
      .rows()
      .sort((a, b) => String(a.new_code).localeCompare(String(b.new_code)))
    const [t1] = emulator.table('new_teams').rows()
    expect(p1).toMatchObject({ _new_boss_value: p2!.new_personid, _new_in_value: t1!.new_teamid })
    expect(t1).toMatchObject({ _new_lead_value: p2!.new_personid })
    await expect(writeWaves(client, plan, [])).rejects.toThrow("no job for 'new_persons'")
  })

  const boss = 'new_boss_new_person@odata.bind'
  const people = [{ entitySet: 'new_persons', navigationProperties: ['new_boss_new_person'] }]
  const onlyPeople = { waves: [['new_persons']], deferred: people }

  it('tells which pass a row failed in, and gives rows that failed in the first no second', async () => {
    const { client, clock } = recording
    const rows = [
      { code: 'p1', [boss]: "new_persons(new_code='p3')" },
      { code: 'x'.repeat(101), [boss]: "new_persons(new_code='p1')" },
      { code: 'p3', [boss]: "new_persons(new_code='nobody')" },
      { code: 'p4', [boss]: null },
      { code: 'p5', [boss]: undefined },
      { code: 'p6' },
      'no row',
    ] as Record<string, unknown>[]
    const keyOf = ({ code }: Record<string, unknown>) => ({ new_code: code })
    const failed: unknown[] = []
    async function* named() {
      // The key is not a column: it stands where JSON does not see it.
      for (const { code, ...row } of rows)
        yield code === undefined
          ? (rows.at(-1) as never)
          : Object.defineProperty(row, 'code', { value: code })
    }
    const job = { entitySet: 'new_persons', key: ['new_code'], keyOf, rows: named, clock }
    const [summary] = await writeWaves(client, onlyPeople, [job], {
      onEvent(event) {
        if (event.kind !== 'row-failed') return
        const { index, row, key } = event.result
        failed.push([index, row, key, event.deferred])
      },
    })
    // With the row as it was given, which a dead letter needs: neither pass hands out its own part of it.
    expect(failed).toEqual([
      [6, 'no row', {}, false],
      [1, { [boss]: "new_persons(new_code='p1')" }, { new_code: 'x'.repeat(101) }, false],
      [2, { [boss]: "new_persons(new_code='nobody')" }, { new_code: 'p3' }, true],
    ])
    expect(summary).toMatchObject({
      rows: { rows: 7, failed: 2 },
      deferred: { rows: 3, updated: 2, failed: 1 },
    })
    const bosses = emulator.table('new_persons').rows()
    expect(bosses.map(({ new_code, _new_boss_value: value }) => [new_code, value !== null])).toEqual([
      ['p1', true],
      ['p3', false],
      ['p4', false],
      ['p5', false],
      ['p6', false],
    ])
  })

  it.each([
    ['deactivate', 1],
    ['delete', 0],
  ] as const)('writes no look-ups of rows that are there to %s', async (operation, left) => {
    emulator.table('new_persons').create({ new_code: 'p1' })
    const { client, clock } = recording
    const rows = () => [{ new_code: 'p1', [boss]: "new_persons(new_code='p1')" }]
    const job = { entitySet: 'new_persons', key: ['new_code'], operation, rows, clock }
    const [summary] = await writeWaves(client, onlyPeople, [job])
    expect(summary!.rows).toMatchObject({ rows: 1, failed: 0 })
    expect(summary!.deferred).toBeUndefined()
    const stored = emulator.table('new_persons').rows()
    expect(stored.map(({ _new_boss_value: value }) => value)).toEqual(Array(left).fill(null))
  })
})
