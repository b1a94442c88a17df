import { DynamicsWebApi } from 'dynamics-web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { createTestClock, errorOf, guid, rowsOf, send, type TestClock } from './support/api.js'
import { sendBatch } from './support/batch.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { things } from './support/things.js'

let emulator: Emulator
let clock: TestClock

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({ tables: [things], clock: clock.read, ...options })
}
beforeEach(async () => {
  clock = createTestClock()
  await start()
  for (const number of [1, 2, 3, 4]) {
    emulator
      .table('new_things')
      .create({ new_thingid: guid(number), new_site: number, new_name: `N${number}` })
  }
})
afterEach(() => emulator.close())

const ids = () =>
  emulator
    .table('new_things')
    .rows()
    .map((row) => Number(String(row.new_thingid).slice(-2)))

const condition = (AttributeName: string, Operator: string, ...values: string[]) => ({
  AttributeName,
  Operator,
  Values: values.map((Value) => ({ Type: 'System.String', Value })),
})
const query = (members: Record<string, unknown> = {}) => ({
  '@odata.type': 'Microsoft.Dynamics.CRM.QueryExpression',
  EntityName: 'new_thing',
  ColumnSet: { AllColumns: true },
  Distinct: false,
  ...members,
})
const where = (...conditions: unknown[]) =>
  query({ Criteria: { FilterOperator: 'And', Conditions: conditions } })
const bulkDelete = (queries: unknown[], parameters: Record<string, unknown> = {}) =>
  send(emulator, 'POST', 'BulkDelete', {
    body: {
      QuerySet: queries,
      JobName: 'Clean up',
      SendEmailNotification: false,
      ToRecipients: [],
      CCRecipients: [],
      RecurrencePattern: '',
      StartDateTime: '2026-03-13T06:30:00Z',
      Options: { CanRecoverDeletedRecords: false, RunJobForSandbox: false },
      ...parameters,
    },
  })
const jobOf = async (answer: Awaited<ReturnType<typeof send>>) =>
  (
    await send(
      emulator,
      'GET',
      `asyncoperations(${answer.json.JobId})?$select=name,operationtype,statecode,statuscode,startedon,completedon`,
    )
  ).json

describe('BulkDelete', () => {
  it('answers with the id of a job that can be asked for', async () => {
    const answer = await bulkDelete([query()])
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      '@odata.context': `${emulator.serviceRoot}/$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse`,
      JobId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(await jobOf(answer)).toMatchObject({
      name: 'Clean up',
      operationtype: 13,
      statecode: 3,
      statuscode: 30,
      completedon: '2026-03-15T09:41:07Z',
    })
    const path = `bulkdeleteoperations?$filter=_asyncoperationid_value eq ${answer.json.JobId}`
    expect(rowsOf(await send(emulator, 'GET', path))).toMatchObject([{ successcount: 4, failurecount: 0 }])
    expect(ids()).toEqual([])
  })

  it.each([
    ['equal', [condition('new_site', 'Equal', '2')], [1, 3, 4]],
    [
      'several together',
      [condition('new_site', 'GreaterThan', '1'), condition('new_site', 'LessEqual', '3')],
      [1, 4],
    ],
    ['a list', [condition('new_site', 'In', '1', '4')], [2, 3]],
    ['not in a list', [condition('new_site', 'NotIn', '1', '4')], [1, 4]],
    ['a range', [condition('new_site', 'Between', '2', '3')], [1, 4]],
    ['texts', [condition('new_name', 'Like', 'n_')], []],
    ['the beginning of texts', [condition('new_name', 'BeginsWith', 'N1')], [2, 3, 4]],
    ['null', [condition('new_code', 'Null')], []],
    ['not null', [condition('new_code', 'NotNull')], [1, 2, 3, 4]],
    ['an id', [condition('new_thingid', 'Equal', `{${guid(3).toUpperCase()}}`)], [1, 2, 4]],
    ['days', [condition('createdon', 'OlderThanXDays', '1')], [1, 2, 3, 4]],
    ['today', [condition('createdon', 'Today')], []],
    ['the caller', [condition('ownerid', 'EqualUserId')], []],
  ])('understands criteria: %s', async (_, conditions, left) => {
    expect((await bulkDelete([where(...conditions)])).status).toBe(200)
    expect(ids()).toEqual(left)
  })

  it('understands groups of criteria, and several queries', async () => {
    const either = query({
      Criteria: {
        FilterOperator: 'Or',
        Conditions: [condition('new_site', 'Equal', '1')],
        Filters: [
          {
            FilterOperator: 'And',
            Conditions: [condition('new_site', 'Equal', '2'), condition('new_name', 'Equal', 'N2')],
          },
        ],
      },
    })
    await bulkDelete([either, where(condition('new_site', 'Equal', '4'))])
    expect(ids()).toEqual([3])
  })

  it('is tracked, row by row', async () => {
    const first = await send(emulator, 'GET', 'new_things', { headers: { Prefer: 'odata.track-changes' } })
    await bulkDelete([where(condition('new_site', 'Equal', '2'))])
    const delta = await send(emulator, 'GET', String(first.json['@odata.deltaLink']))
    expect(rowsOf(delta)).toMatchObject([{ id: guid(2), reason: 'deleted' }])
  })

  it('goes on past rows that it cannot delete, and keeps why', async () => {
    const notes = {
      logicalName: 'new_note',
      columns: [
        {
          logicalName: 'new_thingid',
          type: 'lookup' as const,
          targets: [
            {
              table: 'new_thing',
              navigationProperty: 'new_Thing',
              collectionNavigationProperty: 'new_notes',
              onDelete: 'restrict' as const,
            },
          ],
        },
      ],
    }
    await emulator.close()
    await start({ tables: [things, notes] })
    for (const number of [1, 2]) emulator.table('new_things').create({ new_thingid: guid(number) })
    emulator.table('new_notes').create({ 'new_Thing@odata.bind': `new_things(${guid(1)})` })
    const answer = await bulkDelete([query()])
    expect(ids()).toEqual([1])
    expect(await jobOf(answer)).toMatchObject({ statecode: 3, statuscode: 30 })
    expect(rowsOf(await send(emulator, 'GET', 'bulkdeleteoperations'))).toMatchObject([
      { successcount: 1, failurecount: 1 },
    ])
    expect(rowsOf(await send(emulator, 'GET', 'bulkdeletefailures'))).toMatchObject([
      { regardingobjectid: guid(1), errornumber: 0x80040227 | 0, orderedqueryindex: 0 },
    ])
  })

  it.each<[string, unknown[], Record<string, unknown>, string]>([
    ['no query', [], {}, 'QuerySet'],
    ['no name', [query()], { JobName: '' }, 'JobName'],
    ['an unknown table', [query({ EntityName: 'new_nothing' })], {}, 'new_nothing'],
    ['an unknown column', [where(condition('new_nothing', 'Null'))], {}, 'new_nothing'],
    ['a value of another type', [where(condition('new_site', 'Equal', 'x'))], {}, "'x'"],
    ['too many values', [where(condition('new_site', 'Equal', '1', '2'))], {}, 'takes 1 values'],
    ['a start that is none', [query()], { StartDateTime: 'soon' }, 'StartDateTime'],
  ])('refuses %s with 400, and deletes nothing', async (_, queries, parameters, message) => {
    const answer = await bulkDelete(queries, parameters)
    expect(answer.status).toBe(400)
    expect(errorOf(answer).message).toContain(message)
    expect(ids()).toEqual([1, 2, 3, 4])
  })

  it.each<[string, unknown[], Record<string, unknown>]>([
    ['LinkEntities', [query({ LinkEntities: [{ LinkToEntityName: 'account' }] })], {}],
    ['TopCount', [query({ TopCount: 5 })], {}],
    ['PageInfo', [query({ PageInfo: { Count: 5 } })], {}],
    ['DataSource', [query({ DataSource: 'retained' })], {}],
    ['Distinct', [query({ Distinct: true })], {}],
    ['FetchExpression', [{ '@odata.type': 'Microsoft.Dynamics.CRM.FetchExpression', Query: '<fetch/>' }], {}],
    ['EntityName', [where({ ...condition('new_site', 'Null'), EntityName: 'account' })], {}],
    ['CompareColumns', [where({ ...condition('new_site', 'Equal', 'x'), CompareColumns: true })], {}],
    ['eq-user-teams', [where(condition('ownerid', 'EqualUserTeams'))], {}],
    ['last-month', [where(condition('createdon', 'LastMonth'))], {}],
    ['RecurrencePattern', [query()], { RecurrencePattern: 'FREQ=DAILY' }],
    ['SendEmailNotification', [query()], { SendEmailNotification: true }],
    ['StartDateTime', [query()], { StartDateTime: '2030-01-01T00:00:00Z' }],
    ['RunNow', [query()], { RunNow: true }],
    ['Something', [query()], { Options: { Something: true } }],
  ])('says with 501 that it lacks %s, and deletes nothing', async (name, queries, parameters) => {
    const answer = await bulkDelete(queries, parameters)
    expect(answer.status).toBe(501)
    expect(errorOf(answer).message).toContain(name.startsWith('eq-') ? 'equal-user-teams' : name)
    expect(ids()).toEqual([1, 2, 3, 4])
  })

  it('is POST, also in a batch, whose changesets take it back', async () => {
    expect((await send(emulator, 'GET', 'BulkDelete')).status).toBe(405)
    const body = { QuerySet: [query()], JobName: 'x' }
    const operation = { method: 'POST', url: 'BulkDelete', body }
    await sendBatch(emulator, [[operation, { method: 'DELETE', url: `new_things(${guid(9)})` }]])
    expect(ids()).toEqual([1, 2, 3, 4])
    expect(emulator.table('asyncoperations').count()).toBe(0)
    await sendBatch(emulator, [operation])
    expect(ids()).toEqual([])
  })
})

it('is called by DynamicsWebApi', async () => {
  const api = new DynamicsWebApi({
    serverUrl: emulator.url,
    dataApi: { version: '9.2' },
    onTokenRefresh: async () => 'token',
  })
  const { JobId: key } = await api.callAction<{ JobId: string }>({
    actionName: 'BulkDelete',
    action: { QuerySet: [where(condition('new_site', 'GreaterEqual', '3'))], JobName: 'x' },
  })
  const job = await api.retrieve({ collection: 'asyncoperations', key, select: ['statecode'] })
  expect([job.statecode, ids()]).toEqual([3, [1, 2]])
})

describe("jobs: 'stepwise'", () => {
  it('lets a job be seen waiting and running; rows that come after its start stay', async () => {
    const stateDirectory = temporaryFolder()
    await emulator.close()
    await start({ jobs: 'stepwise', stateDirectory })
    emulator.table('new_things').create({ new_thingid: guid(1) })
    const answer = await bulkDelete([query()])
    expect(await jobOf(answer)).toMatchObject({ statecode: 0, statuscode: 0, startedon: null })
    clock.now += 1000
    emulator.table('new_things').create({ new_thingid: guid(2) })
    emulator.advanceJobs()
    expect(await jobOf(answer)).toMatchObject({
      statecode: 2,
      statuscode: 20,
      startedon: '2026-03-15T09:41:08Z',
    })
    expect(ids()).toEqual([1, 2])
    clock.now += 1000
    emulator.table('new_things').create({ new_thingid: guid(3) })
    await emulator.close()
    await start({ jobs: 'stepwise', stateDirectory })
    emulator.advanceJobs()
    expect(await jobOf(answer)).toMatchObject({ statecode: 3, statuscode: 30 })
    expect(ids()).toEqual([3])
    emulator.advanceJobs()
    expect(ids()).toEqual([3])
  })

  it('lets a job fail whose table is gone meanwhile', async () => {
    await emulator.close()
    await start({ jobs: 'stepwise' })
    const answer = await bulkDelete([query()])
    await send(emulator, 'DELETE', "EntityDefinitions(LogicalName='new_thing')")
    emulator.advanceJobs()
    emulator.advanceJobs()
    expect(await jobOf(answer)).toMatchObject({ statecode: 3, statuscode: 31 })
  })
})
