import { createKey } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { createUpsertWriter, type UpsertWriterOptions, type WriteResult } from '@deltaverse/dataverse'
import { type Emulator, type EmulatorOptions, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

const guid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

let emulator: Emulator
let recording: RecordingClient
let client: DataverseClient

async function start(options: EmulatorOptions = {}): Promise<void> {
  await client?.close()
  await emulator?.close()
  emulator = await startEmulator({
    rows: {
      contacts: [1, 2, 3].map((number) => ({
        contactid: guid(number),
        lastname: `C${number}`,
        emailaddress1: `c${number}@x.example`,
      })),
      accounts: [{ accountid: guid(11), name: 'A' }],
    },
    ...options,
  })
  recording = createRecordingClient(emulator.url)
  client = recording.client
}

beforeEach(() => start())
afterEach(async () => {
  await client.close()
  await emulator.close()
})

const kinds = [
  ['email', 'emails', [1, 2]],
  ['phonecall', 'phonecalls', [1, 2]],
  ['appointment', 'appointments', [7, 5]],
] as const
const strategies = ['auto', 'batch', 'single'] as const
const all = kinds.flatMap(([table, set, masks]) =>
  strategies.map((strategy) => [table, set, masks, strategy] as const),
)

type Activity = Record<string, unknown>

const contact = (number: number, mask: number) => ({
  'partyid_contact@odata.bind': `contacts(${guid(number)})`,
  participationtypemask: mask,
})
const account = (mask: number) => ({
  'partyid_account@odata.bind': `accounts(${guid(11)})`,
  participationtypemask: mask,
})
const address = (text: string, mask: number) => ({ addressused: text, participationtypemask: mask })

async function write(
  entitySet: string,
  rows: readonly Activity[],
  options: Partial<UpsertWriterOptions<Activity>> = {},
): Promise<readonly WriteResult<Activity>[]> {
  const results: WriteResult<Activity>[] = []
  const writer = createUpsertWriter<Activity>(client, {
    entitySet,
    clock: recording.clock,
    random: () => 0.5,
    ...options,
  })
  for await (const result of writer.results(rows)) results[result.index] = result
  return results
}

const statuses = (results: readonly WriteResult<Activity>[]) =>
  results.map(({ status, error }) => error?.message ?? status)

/** The parties of an activity as `kind:who`, without those that the service keeps itself. */
function partiesOf(id: string): readonly string[] {
  return emulator
    .table('activityparties')
    .rows()
    .filter(({ _activityid_value: activity }) => activity === id)
    .filter(({ participationtypemask: mask }) => mask !== 8 && mask !== 9)
    .map(
      ({ participationtypemask: mask, _partyid_value: party, addressused }) =>
        `${mask}:${party ?? addressused}`,
    )
    .sort()
}

describe.each(all)(
  'the parties of %s in %s, of kinds %j, written by strategy %s',
  (table, set, [one, other], strategy) => {
    const collection = `${table}_activity_parties`
    const rowOf = (number: number, parties: unknown) => ({
      activityid: guid(number),
      subject: `S${number}`,
      [collection]: parties,
    })

    it('are created with a row, and unchanged in the second run of the same source', async () => {
      const rows = [
        rowOf(21, [contact(1, one), contact(2, other), account(other)]),
        rowOf(22, [address('a@b.example', one), contact(3, other), contact(3, other)]),
        rowOf(23, []),
      ]
      const options = { strategy, skipUnchanged: true }
      expect(statuses(await write(set, rows, options))).toEqual(['created', 'created', 'created'])
      expect(partiesOf(guid(21))).toEqual(
        [`${one}:${guid(1)}`, `${other}:${guid(2)}`, `${other}:${guid(11)}`].sort(),
      )
      expect(partiesOf(guid(22))).toHaveLength(3)
      const sent = recording.writes.length
      expect(statuses(await write(set, rows, options))).toEqual(['unchanged', 'unchanged', 'unchanged'])
      const turned = rows.map((row) => ({
        ...row,
        [collection]: [...(row[collection] as unknown[])].reverse(),
      }))
      expect(statuses(await write(set, turned, options))).toEqual(['unchanged', 'unchanged', 'unchanged'])
      expect(recording.writes).toHaveLength(sent)
    })

    it('are replaced as a whole where they differ, and only they are sent', async () => {
      const options = { strategy, skipUnchanged: true }
      await write(set, [rowOf(21, [contact(1, one), contact(2, other)])], options)
      for (const parties of [
        [contact(1, one), contact(3, other)],
        [contact(1, one)],
        [contact(1, one), address('x@y.example', other)],
        [contact(1, one), address('z@y.example', other)],
        [contact(1, one), contact(2, other), contact(2, other)],
        [],
      ]) {
        const [result] = await write(set, [rowOf(21, parties)], options)
        expect(result).toMatchObject({ status: 'updated', changed: [collection] })
        expect(partiesOf(guid(21))).toEqual(
          parties
            .map(
              (each) =>
                `${each.participationtypemask}:${'addressused' in each ? each.addressused : guidIn(each)}`,
            )
            .sort(),
        )
      }
    })

    it('are written without comparing, twice the same', async () => {
      const rows = [rowOf(21, [contact(1, one), contact(2, other)])]
      expect(statuses(await write(set, rows, { strategy }))).toEqual(['upserted'])
      expect(statuses(await write(set, rows, { strategy }))).toEqual(['upserted'])
      expect(statuses(await write(set, rows, { strategy, operation: 'update' }))).toEqual(['updated'])
      expect(partiesOf(guid(21))).toEqual([`${one}:${guid(1)}`, `${other}:${guid(2)}`].sort())
    })

    it('go with the row in one request of a create', async () => {
      const [result] = await write(set, [rowOf(21, [contact(1, one)])], { strategy, operation: 'create' })
      expect(result).toMatchObject({ status: 'created', attempts: 1 })
      expect(partiesOf(guid(21))).toEqual([`${one}:${guid(1)}`])
    })

    it('that the service refuses fail their row and say that its columns are written', async () => {
      const results = await write(set, [rowOf(21, [contact(9, one)]), rowOf(22, [contact(1, one)])], {
        strategy,
      })
      expect(results).toMatchObject([{ status: 'failed', step: 'parties' }, { status: 'upserted' }])
      expect(partiesOf(guid(22))).toEqual([`${one}:${guid(1)}`])
    })
  },
)

function guidIn(party: object): string {
  return /\(([^)]*)\)/.exec(String(Object.values(party)[0]))?.[1] ?? ''
}

describe('parties', () => {
  const email = (number: number, parties: unknown, more: Activity = {}) => ({
    activityid: guid(number),
    subject: `S${number}`,
    email_activity_parties: parties,
    ...more,
  })

  it('given by an alternate key are bound by it, and compared by the row behind it', async () => {
    await createKey(client, { table: 'contact', columns: ['emailaddress1'], schemaName: 'new_Address' })
    const byKey = (number: number) => ({
      'partyid_contact@odata.bind': `contacts(emailaddress1='c${number}@x.example')`,
      participationtypemask: 2,
    })
    const options = { skipUnchanged: true }
    expect(statuses(await write('emails', [email(21, [byKey(1), byKey(2)])], options))).toEqual(['created'])
    expect(statuses(await write('emails', [email(21, [byKey(2), byKey(1)])], options))).toEqual(['unchanged'])
    expect(statuses(await write('emails', [email(21, [byKey(2), contact(1, 2)])], options))).toEqual([
      'unchanged',
    ])
    expect(statuses(await write('emails', [email(21, [byKey(2), byKey(3)])], options))).toEqual(['updated'])
    expect(partiesOf(guid(21))).toEqual([`2:${guid(2)}`, `2:${guid(3)}`])
  })

  it('of an activity that is written by an alternate key are replaced by its GUID', async () => {
    await createKey(client, { table: 'phonecall', columns: ['subject'], schemaName: 'new_Subject' })
    for (const skipUnchanged of [false, true]) {
      recording.writes.length = 0
      const options = { key: ['subject'], strategy: 'batch', skipUnchanged } as const
      const rows = [1, 2].map((number) => ({
        subject: `${skipUnchanged} ${number}`,
        phonecall_activity_parties: [contact(number, 2)],
      }))
      expect(statuses(await write('phonecalls', rows, options))).toEqual(['created', 'created'])
      const ids = emulator
        .table('phonecalls')
        .rows()
        .slice(-2)
        .map((row) => String(row.activityid))
      expect(ids.map(partiesOf)).toEqual([[`2:${guid(1)}`], [`2:${guid(2)}`]])
      for (const id of ids)
        expect(recording.bodies().at(-1)).toContain(`phonecalls(${id})/phonecall_activity_parties`)
      expect(statuses(await write('phonecalls', rows, options))).toEqual(
        skipUnchanged ? ['unchanged', 'unchanged'] : ['updated', 'updated'],
      )
    }
  })

  it.each(['bulk', 'auto'] as const)('follow a bulk message in a batch, by strategy %s', async (strategy) => {
    await start({
      tables: [
        {
          logicalName: 'new_visit',
          primaryNameColumn: 'subject',
          isActivity: true,
          supportsBulk: true,
          columns: [
            { logicalName: 'subject', type: 'string' },
            { logicalName: 'to', type: 'partylist' },
          ],
        },
      ],
    })
    const rows = [1, 2, 3].map((number) => ({
      activityid: guid(20 + number),
      subject: `S${number}`,
      new_visit_activity_parties: [contact(number, 2)],
    }))
    const set = 'new_visits'
    expect(statuses(await write(set, rows, { strategy }))).toEqual(['upserted', 'upserted', 'upserted'])
    expect(recording.writes.map(({ path }) => path)).toEqual([
      'new_visits/Microsoft.Dynamics.CRM.UpsertMultiple',
      '$batch',
    ])
    expect(partiesOf(guid(22))).toEqual([`2:${guid(2)}`])
    expect(statuses(await write(set, rows, { strategy, operation: 'update' }))).toEqual(
      rows.map(() => 'updated'),
    )
    const created = rows.map((row, at) => ({ ...row, activityid: guid(30 + at) }))
    expect(statuses(await write(set, created, { strategy, operation: 'create' }))).toEqual(
      rows.map(() => 'created'),
    )
    expect(recording.writes.at(-1)?.path).toBe('$batch')
    expect(partiesOf(guid(31))).toEqual([`2:${guid(2)}`])
  })

  it.each(['shown', 'absent'] as const)(
    'that the service keeps itself do not count (%s)',
    async (impliedParties) => {
      await start({ impliedParties })
      const rows = [
        email(21, [contact(1, 2)], { 'regardingobjectid_account_email@odata.bind': `accounts(${guid(11)})` }),
      ]
      const options = { skipUnchanged: true }
      expect(statuses(await write('emails', rows, options))).toEqual(['created'])
      expect(statuses(await write('emails', rows, options))).toEqual(['unchanged'])
    },
  )

  it('are written before the activity is closed', async () => {
    const rows = [email(21, [contact(1, 2)], { statecode: 1, statuscode: 2 })]
    for (const operation of ['upsert', 'update'] as const) {
      expect(statuses(await write('emails', rows, { operation }))).not.toContain('failed')
    }
    expect(emulator.table('emails').rows()).toMatchObject([{ statecode: 1, statuscode: 2 }])
    expect(partiesOf(guid(21))).toEqual([`2:${guid(1)}`])
    expect(statuses(await write('emails', rows, { skipUnchanged: true }))).toEqual(['unchanged'])
  })

  it('of versions that come at once are those of the last', async () => {
    const rows = [
      email(21, [contact(1, 2)]),
      email(21, [contact(2, 2)]),
      { activityid: guid(21), subject: 'T' },
    ]
    expect(statuses(await write('emails', rows))).toEqual(['superseded', 'superseded', 'upserted'])
    expect(partiesOf(guid(21))).toEqual([`2:${guid(2)}`])
  })

  it('survive a lost answer, a throttle and a deadlock', async () => {
    for (const fault of [
      { drop: 'after-effect' },
      { drop: 'before-effect' },
      { status: 429, code: '0x80072322', retryAfterSeconds: 3 },
      { status: 500, code: '0x80044150', message: 'Generic SQL error. Sql Number: 1205' },
    ] as const) {
      for (const nth of [1, 2]) {
        await start()
        emulator.faults.add({
          url: /emails|\$batch/,
          method: nth === 1 ? 'PATCH' : 'PUT',
          times: 1,
          ...fault,
        })
        expect(statuses(await write('emails', [email(21, [contact(1, 2)])]))).toEqual(['upserted'])
        expect(partiesOf(guid(21))).toEqual([`2:${guid(1)}`])
      }
    }
  })

  it('are planned by a dry run, which writes nothing', async () => {
    await write('emails', [email(21, [contact(1, 2)]), email(22, [contact(1, 2)])])
    recording.writes.length = 0
    const writer = createUpsertWriter<Activity>(client, { entitySet: 'emails' })
    const plans: unknown[] = []
    for await (const { plan, columns } of writer.dryRun([
      email(21, [contact(1, 2)]),
      email(22, [contact(2, 2)]),
      email(23, [contact(2, 2)]),
    ])) {
      plans.push([plan, columns])
    }
    expect(plans).toEqual([
      ['unchanged', undefined],
      ['update', ['email_activity_parties']],
      ['create', undefined],
    ])
    expect(recording.writes).toEqual([])
  })

  const bad: [string, unknown, RegExp][] = [
    ['null', null, /must be a list/],
    ['an object', {}, /must be a list/],
    ['no object', ['x'], /email_activity_parties\[0\].*must be an object/],
    ['no kind', [{ addressused: 'a' }], /from 1 to 13/],
    ['a kind that there is none of', [contact(1, 2), contact(1, 14)], /\[1\].*from 1 to 13/],
    ['nobody', [{ participationtypemask: 2 }], /neither a row/],
    ['two rows', [{ ...contact(1, 2), ...account(2) }], /bound 2 times/],
    [
      'no reference',
      [{ 'partyid_contact@odata.bind': 'C1', participationtypemask: 2 }],
      /must be a reference/,
    ],
    ['what is read', [{ _partyid_value: guid(1), participationtypemask: 2 }], /'_partyid_value' is none of/],
  ]
  it.each(bad)(
    'that are %s fail their row by name, and nothing of it is sent',
    async (_, parties, message) => {
      const [result, good] = await write('emails', [email(21, parties), email(22, [contact(1, 2)])])
      expect(result).toMatchObject({ status: 'failed', error: { code: 'bad-input' }, attempts: 0 })
      expect(result?.error?.message).toMatch(message)
      expect(good?.status).toBe('upserted')
      expect(emulator.table('emails').count()).toBe(1)
    },
  )

  it('are refused where a version guards the row', async () => {
    await write('emails', [email(21, [contact(1, 2)])])
    const row = email(21, [contact(2, 2)], { '@odata.etag': 'W/"1"' })
    const [result] = await write('emails', [row], { matchVersion: true })
    expect(result?.error?.message).toMatch(/matchVersion/)
    expect(partiesOf(guid(21))).toEqual([`2:${guid(1)}`])
  })
})
