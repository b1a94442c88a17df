import { createClient, type DataverseClient } from '@deltaverse/client'
import { createUpsertWriter, type FailedRow, type UpsertWriterOptions } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onFailedRows } from './told-rows.js'

const text = (logicalName: string) => ({ logicalName, type: 'string' as const })
const keyStates = ['Active', 'Pending', 'Failed', 'absent'] as const
const strategies = ['bulk', 'batch', 'single', 'auto'] as const
const operations = ['upsert', 'create', 'update'] as const

/** A table of companies for each state that their key can be in, and one of people who may point at any of them. */
const companies = keyStates.map((state) => ({
  logicalName: `new_${state.toLowerCase()}`,
  columns: [text('new_number')],
  keys:
    state === 'absent'
      ? []
      : [{ logicalName: `new_${state}_key`, columns: ['new_number'], indexStatus: state }],
}))
const person = {
  logicalName: 'new_person',
  columns: [
    text('new_code'),
    text('new_name'),
    ...keyStates.map((state) => ({
      logicalName: `new_${state.toLowerCase()}id`,
      type: 'lookup' as const,
      targets: [
        {
          table: `new_${state.toLowerCase()}`,
          navigationProperty: `new_${state}Id`,
          collectionNavigationProperty: `new_${state}People`,
        },
      ],
    })),
  ],
  keys: [{ logicalName: 'new_person_key', columns: ['new_code'] }],
  supportsBulk: true,
}

let emulator: Emulator
let client: DataverseClient
let count = 0
let beforeRequest: (method: string) => void = () => {}

beforeAll(async () => {
  emulator = await startEmulator({ tables: [...companies, person] })
  client = createClient({
    url: emulator.url,
    random: () => 0,
    interceptors: [
      (next) => (request) => {
        beforeRequest(request.method)
        return next(request)
      },
    ],
  })
  for (const { logicalName } of companies) emulator.table(`${logicalName}s`).create({ new_number: 'N-1' })
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

type Person = Readonly<Record<string, unknown>>
type Told = Pick<FailedRow<Person>, 'status' | 'problems'> & {
  readonly code: string
  readonly message: string
}

/** Writes a good row and one that points nowhere; tells what became of that one, and whether the good one is there. */
async function write(
  rows: readonly Person[],
  options: Partial<UpsertWriterOptions<Person>>,
  onRequest: (method: string) => void = () => {},
): Promise<Told> {
  beforeRequest = onRequest
  const failed: FailedRow<Person>[] = []
  const writer = createUpsertWriter<Person>(client, {
    entitySet: 'new_persons',
    key: ['new_code'],
    baseDelayMs: 1,
    ...options,
  })
  const summary = await writer.write(
    rows,
    onFailedRows((result) => {
      if (result.status === 'failed') failed.push(result)
    }),
  )
  expect(summary).toMatchObject({ rows: 2, failed: 1 })
  const [{ status, error, problems } = never()] = failed
  return { status, problems, code: error.code, message: error.message }
}

function never(): never {
  throw new Error('no row failed')
}

function codes(operation: string): readonly [string, string] {
  count += 2
  const pair = [`P-${count}`, `P-${count + 1}`] as const
  if (operation === 'update') {
    for (const new_code of pair) emulator.table('new_persons').create({ new_code, new_name: 'old' })
  }
  return pair
}

describe('a reference that names no row', () => {
  const cases = keyStates.flatMap((state) =>
    strategies.flatMap((strategy) =>
      (['resolve', 'bind'] as const).flatMap((references) =>
        operations.map((operation) => [state, strategy, references, operation] as const),
      ),
    ),
  )

  it.each(cases)('is one result: key %s, %s, %s, %s', async (state, strategy, references, operation) => {
    const [good, bad] = codes(operation)
    const column = `new_${state.toLowerCase()}id`
    const table = `new_${state.toLowerCase()}`
    const told = await write(
      [
        { Code: good, Company: 'N-1' },
        { Code: bad, Company: 'N-9' },
      ],
      {
        strategy,
        operation,
        translate: {
          references,
          columns: {
            new_code: { from: 'Code' },
            [column]: { from: 'Company', find: `${table}.new_number` },
          },
        },
      },
    )
    expect(told).toMatchObject({
      status: 'failed',
      code: 'row-rejected',
      message: `A row of table 'new_person' cannot be written: column '${column}': there is no row ${table}(new_number='N-9').`,
      problems: [
        {
          column,
          from: 'Company',
          value: 'N-9',
          reason: 'missing-target',
          message: `there is no row ${table}(new_number='N-9')`,
          remedy: 'create that row first, or correct the value',
          target: { table, key: { new_number: 'N-9' } },
        },
      ],
    })
    const written = emulator.table('new_persons').rows()
    expect(written.find(({ new_code }) => new_code === good)?.[`_${column}_value`]).toBeTruthy()
  })

  it.each(strategies.flatMap((strategy) => operations.map((operation) => [strategy, operation] as const)))(
    'is the same of rows as the service takes them: %s, %s',
    async (strategy, operation) => {
      const [good, bad] = codes(operation)
      const row = (new_code: string, number: string): Person => ({
        new_code,
        'new_ActiveId@odata.bind': `new_actives(new_number='${number}')`,
      })
      expect(await write([row(good, 'N-1'), row(bad, 'N-9')], { strategy, operation })).toMatchObject({
        code: 'row-rejected',
        problems: [{ column: 'new_activeid', value: 'N-9', reason: 'missing-target' }],
      })
    },
  )

  it('is told apart from a row that does not exist itself', async () => {
    const [good] = codes('update')
    const told = await write(
      [
        { new_code: good, 'new_ActiveId@odata.bind': "new_actives(new_number='N-1')" },
        { new_code: 'nobody', 'new_ActiveId@odata.bind': "new_actives(new_number='N-1')" },
      ],
      { operation: 'update', strategy: 'batch' },
    )
    expect(told).toMatchObject({ code: 'not-found', problems: [] })
  })

  it('is told in the words of its source when its target goes between the look-up and the write', async () => {
    const [good, bad] = codes('upsert')
    const id = emulator.table('new_actives').create({ new_number: 'N-2' })
    const told = await write(
      [
        { new_code: good, new_activeid: 'N-1' },
        { new_code: bad, new_activeid: 'N-2' },
      ],
      { strategy: 'batch', translate: { columns: { new_activeid: { find: 'new_active.new_number' } } } },
      // What writes goes out behind all look-ups.
      (method) => {
        const table = emulator.table('new_actives')
        if (method !== 'GET' && table.get(id) !== undefined) table.remove(id)
      },
    )
    expect(told).toMatchObject({
      code: 'row-rejected',
      problems: [{ column: 'new_activeid', value: 'N-2', reason: 'missing-target' }],
    })
  })
})
