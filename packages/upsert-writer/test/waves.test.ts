import { createMetadataReader } from '@deltaverse/client/metadata'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { planWaves, type WriterTable, writeWaves } from '@deltaverse/upsert-writer'
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
    const code = { logicalName: 'new_code', type: 'string' as const }
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
      { onFailed: (result) => void failed.push(result) },
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
})
