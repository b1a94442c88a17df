import { DynamicsWebApi } from 'dynamics-web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { guid } from './support/api.js'
import { labels } from './support/labels.js'
import { things } from './support/things.js'

// The batch, changeset and upsert features of a client that knows nothing of this emulator, unmodified.

let emulator: Emulator
let api: DynamicsWebApi

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things, ...labels] })
  api = new DynamicsWebApi({
    serverUrl: emulator.url,
    dataApi: { version: '9.2' },
    onTokenRefresh: async () => 'token',
  })
})
afterEach(() => emulator.close())

const collection = 'new_things'
type Row = Record<string, unknown>
const rows = () => emulator.table(collection)

describe('a batch of DynamicsWebApi', () => {
  it('creates in one changeset by default, and answers the ids', async () => {
    api.startBatch()
    for (const number of [1, 2, 3]) {
      void api.create<Row, string>({
        collection,
        data: { new_thingid: guid(number), new_name: `N${number}` },
      })
    }
    expect(await api.executeBatch()).toEqual([guid(1), guid(2), guid(3)])
    expect(rows().count()).toBe(3)
    expect(emulator.requestCount).toBe(1)
  })

  it('works without changesets, to the last record', async () => {
    api.startBatch()
    for (const number of [1, 2, 3]) void api.create({ collection, data: { new_thingid: guid(number) } })
    expect(await api.executeBatch({ inChangeSet: false })).toEqual([guid(1), guid(2), guid(3)])
    expect(rows().count()).toBe(3)
  })

  it('mixes writes and reads, in the order of the calls', async () => {
    rows().create({ new_thingid: guid(1), new_name: 'A', new_code: 'C1' })
    rows().create({ new_thingid: guid(2), new_name: 'B' })
    api.startBatch()
    void api.update({ collection, key: guid(1), data: { new_name: 'A2' } })
    void api.retrieve({ collection, key: guid(1), select: ['new_name'] })
    void api.deleteRecord({ collection, key: guid(2) })
    void api.retrieveMultiple({ collection, select: ['new_name'], count: true })
    void api.retrieve({ collection, key: "new_code='C1'", select: ['new_name'] })
    const answers = await api.executeBatch()
    expect(answers).toHaveLength(5)
    expect(answers[1]).toMatchObject({ new_name: 'A2' })
    expect(answers[3]).toMatchObject({ value: [{ new_name: 'A2' }] })
    expect(answers[4]).toMatchObject({ new_name: 'A2' })
  })

  it('refers to rows of its changeset by Content-ID', async () => {
    api.startBatch()
    void api.create({ collection, data: { new_thingid: guid(1), new_name: 'Parent' }, contentId: '1' })
    void api.create({
      collection,
      data: { new_thingid: guid(2), new_name: 'Child', 'new_Parent@odata.bind': '$1' },
      contentId: '2',
    })
    void api.create({ collection: 'new_thing_children', data: { new_thingid: guid(3) }, contentId: '$1' })
    await api.executeBatch()
    expect([2, 3].map((number) => rows().get(guid(number))?._new_parent_value)).toEqual([guid(1), guid(1)])
  })

  it('associates and disassociates', async () => {
    for (const number of [1, 2]) rows().create({ new_thingid: guid(number) })
    const related = { relatedCollection: collection, relatedKey: guid(1) }
    await api.associateSingleValued({
      collection,
      primaryKey: guid(2),
      navigationProperty: 'new_Parent',
      ...related,
    })
    expect(rows().get(guid(2))?._new_parent_value).toBe(guid(1))
    await api.disassociateSingleValued({ collection, primaryKey: guid(2), navigationProperty: 'new_Parent' })
    expect(rows().get(guid(2))?._new_parent_value).toBeNull()
    const children = { collection, relationshipName: 'new_thing_children', primaryKey: guid(1) }
    await api.associate({ ...children, relatedCollection: collection, relatedKey: guid(2) })
    expect(rows().get(guid(2))?._new_parent_value).toBe(guid(1))
    await api.disassociate({ ...children, relatedKey: guid(2) })
    expect(rows().get(guid(2))?._new_parent_value).toBeNull()
    api.startBatch()
    void api.create({ collection, data: { new_thingid: guid(3) }, contentId: '1' })
    void api.associateSingleValued({
      collection,
      primaryKey: guid(2),
      navigationProperty: 'new_Parent',
      relatedKey: '$1',
    })
    await api.executeBatch()
    expect(rows().get(guid(2))?._new_parent_value).toBe(guid(3))
  })

  it('associates and disassociates many to many', async () => {
    rows().create({ new_thingid: guid(1) })
    emulator.table('new_labels').create({ new_labelid: guid(11), name: 'L' })
    const byThing = { collection, primaryKey: guid(1), relationshipName: 'new_Labels' }
    const byLabel = { collection: 'new_labels', primaryKey: guid(11), relationshipName: 'new_Things' }
    const pairs = () => emulator.table('new_thing_labels').count()
    await api.associate({ ...byThing, relatedCollection: 'new_labels', relatedKey: guid(11) })
    expect(pairs()).toBe(1)
    const row = await api.retrieve<Record<string, unknown>>({
      collection,
      key: guid(1),
      expand: [{ property: 'new_Labels', select: ['name'] }],
    })
    expect(row.new_Labels).toEqual([expect.objectContaining({ name: 'L' })])
    await expect(
      api.associate({ ...byLabel, relatedCollection: collection, relatedKey: guid(1) }),
    ).rejects.toMatchObject({ code: '0x80040237' })
    await api.disassociate({ ...byLabel, relatedKey: guid(1) })
    expect(pairs()).toBe(0)
  })

  it('fails as a whole with the error of the failing part; a changeset leaves nothing', async () => {
    api.startBatch()
    void api.create({ collection, data: { new_thingid: guid(1) } })
    void api.create({ collection, data: { new_thingid: guid(2), new_site: 1000 } })
    const error = await api.executeBatch().catch((reason: unknown) => reason)
    expect(JSON.stringify(error)).toContain('0x80044330')
    expect(rows().count()).toBe(0)
  })

  it('goes on after errors when so asked, with the errors among the answers', async () => {
    rows().create({ new_thingid: guid(1) })
    api.startBatch()
    void api.create({ collection, data: { new_thingid: guid(1) } })
    void api.create({ collection, data: { new_thingid: guid(2) } })
    const answers = await api.executeBatch({ inChangeSet: false, continueOnError: true })
    expect(answers).toMatchObject([{ status: 412, error: { code: '0x80040237' } }, guid(2)])
    expect(rows().count()).toBe(2)
  })

  it('upserts: creates, updates, only one of both, and answers rows', async () => {
    const upsert = (number: number, more: object = {}) =>
      api.upsert({ collection, key: guid(number), data: { new_name: `N${number}` }, ...more })
    api.startBatch()
    void upsert(1)
    void upsert(2, { returnRepresentation: true })
    await api.executeBatch()
    expect(
      rows()
        .rows()
        .map((row) => row.new_name),
    ).toEqual(['N1', 'N2'])
    expect(await upsert(1, { ifnonematch: '*' })).toBeNull()
    expect(await upsert(3, { ifmatch: '*' })).toBeNull()
    expect(await upsert(3, { ifnonematch: '*' })).toBe(guid(3))
    const byKey = await api.upsert({
      collection,
      key: "new_code='K'",
      data: { new_name: 'by key' },
      returnRepresentation: true,
    })
    expect(byKey).toMatchObject({ new_code: 'K', new_name: 'by key' })
  })

  it('sends a long single GET as a batch', async () => {
    rows().create({ new_thingid: guid(1), new_name: 'A' })
    const filter = Array.from({ length: 200 }, (_, index) => `new_name eq 'n${index}'`).join(' or ')
    const answer = await api.retrieveMultiple({ collection, filter: `new_name eq 'A' or ${filter}` })
    expect(answer.value).toHaveLength(1)
    expect(emulator.requests.at(-1)).toMatchObject({ method: 'POST', url: expect.stringContaining('$batch') })
  })

  it('calls bulk messages as bound actions', async () => {
    const answer = await api.callAction<{ Ids: string[] }>({
      collection,
      actionName: 'Microsoft.Dynamics.CRM.CreateMultiple',
      action: { Targets: [{ '@odata.type': 'Microsoft.Dynamics.CRM.new_thing', new_thingid: guid(5) }] },
    })
    expect(answer.Ids).toEqual([guid(5)])
  })
})
