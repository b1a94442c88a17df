import { ref } from '@deltaverse/alternate-keys'
import { createClient, type DataverseClient } from '@deltaverse/client'
import {
  createUpsertWriter,
  type DeadLetter,
  type UpsertWriterOptions,
  type WriteEvent,
  type WriteResult,
} from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onEveryRow } from './told-rows.js'

let emulator: Emulator
let client: DataverseClient

beforeAll(async () => {
  const contactKey = { logicalName: 'new_employee', columns: ['employeeid'] }
  emulator = await startEmulator({
    rows: {
      accounts: Array.from({ length: 3 }, (_, n) => ({ accountnumber: `A-${n}`, name: `Company ${n}` })),
    },
  })
  client = createClient({ url: emulator.url, random: () => 0 })
  for (const [table, key] of [
    ['contact', contactKey],
    ['account', { logicalName: 'new_number', columns: ['accountnumber'] }],
  ] as const) {
    const { createKey } = await import('@deltaverse/alternate-keys')
    await createKey(client, { table, columns: key.columns, schemaName: key.logicalName })
  }
  emulator.advanceKeyIndexes()
  emulator.advanceKeyIndexes()
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

interface Line {
  readonly line: number
  readonly cells: Readonly<Record<string, unknown>>
}

const options: UpsertWriterOptions<Line> = {
  entitySet: 'contacts',
  key: ['employeeid'],
  skipUnchanged: true,
  baseDelayMs: 1,
  translate: {
    // As a caller may write it: it throws for anything but a line.
    valuesOf: ({ cells }) => ({ ...cells, Number: String(cells.Number) }),
    placeOf: ({ line }) => ({ file: 'people.csv', line }),
    columns: {
      employeeid: { from: 'Number' },
      parentcustomerid: { from: 'Company', find: 'account.accountnumber' },
      birthdate: { from: 'Born', format: 'dd.MM.yyyy' },
      annualincome: { from: 'Income', decimal: ',' },
      gendercode: { from: 'Sex' },
      jobtitle: { value: 'Clerk' },
    },
  },
}

const contact = (employeeid: string) =>
  emulator
    .table('contacts')
    .rows()
    .find((row) => row.employeeid === employeeid)

async function write(
  lines: Iterable<Line> | AsyncIterable<Line>,
  more: Partial<UpsertWriterOptions<Line>> = {},
) {
  const writer = createUpsertWriter<Line>(client, { ...options, ...more })
  const results: WriteResult<Line>[] = []
  const summary = await writer.write(
    lines,
    onEveryRow((result) => results.push(result)),
  )
  return { writer, summary, results }
}

describe('createUpsertWriter() with translate', () => {
  it('takes references, labels, dates and numbers as people write them, and tells each row as it was given', async () => {
    const lines: Line[] = [
      {
        line: 2,
        cells: {
          Number: 'T-1',
          lastname: 'Müller',
          Company: 'A-1',
          Born: '01.06.1979',
          Income: '1.234,50',
          Sex: 'female',
        },
      },
      { line: 3, cells: { Number: 'T-2', lastname: 'Kim', parentcustomerid: 'by its own name: not taken' } },
    ]
    const { summary, results } = await write(lines)
    expect(summary).toMatchObject({ rows: 2, upserted: 2, failed: 0 })
    expect(results.map(({ row, index }) => [row, index])).toEqual(lines.map((line, at) => [line, at]))
    expect(results[0]).toMatchObject({ place: { file: 'people.csv', line: 2 }, key: { employeeid: 'T-1' } })
    const company = emulator
      .table('accounts')
      .rows()
      .find((row) => row.accountnumber === 'A-1')
    expect(contact('T-1')).toMatchObject({
      lastname: 'Müller',
      jobtitle: 'Clerk',
      birthdate: '1979-06-01',
      annualincome: 1234.5,
      gendercode: 2,
      _parentcustomerid_value: company?.accountid,
    })
    const again = await write(lines)
    expect(again.summary).toMatchObject({ unchanged: 2, requests: 0 })
  })

  it('tells every problem of a row, with column, value and remedy, and writes the others', async () => {
    const { summary, results, writer } = await write([
      { line: 2, cells: { Number: 'T-5', Company: 'A-9', Born: '31.02.1979', Sex: 'other' } },
      { line: 3, cells: { Number: 'T-6', Company: 'A-0' } },
      null as unknown as Line,
    ])
    expect(summary).toMatchObject({ rows: 3, failed: 2, upserted: 1 })
    const [bad] = results.filter(({ index }) => index === 0)
    expect(bad).toMatchObject({
      status: 'failed',
      key: { employeeid: 'T-5' },
      error: { code: 'row-rejected' },
    })
    expect(bad?.problems).toMatchObject([
      {
        column: 'birthdate',
        from: 'Born',
        value: '31.02.1979',
        reason: 'wrong-form',
        remedy: 'write it as dd.MM.yyyy',
      },
      { column: 'gendercode', from: 'Sex', value: 'other', reason: 'unknown-label' },
      { column: 'parentcustomerid', from: 'Company', value: 'A-9', reason: 'missing-target' },
    ])
    expect(results.find(({ index }) => index === 2)).toMatchObject({
      status: 'failed',
      problems: [{ message: 'a row is an object, and not null' }],
    })
    const plan = []
    for await (const planned of writer.dryRun([
      { line: 2, cells: { Number: 'T-5', Company: 'A-9' } },
      { line: 3, cells: { Number: 'T-6', lastname: 'New' } },
    ]))
      plan.push(planned)
    expect(plan).toMatchObject([
      { plan: 'rejected', place: { line: 2 }, problems: [{ reason: 'missing-target', value: 'A-9' }] },
      { plan: 'update', place: { line: 3 }, columns: ['lastname'], wire: { lastname: 'New' } },
    ])
  })

  it('keeps rows in dead letters without loss, and takes them back corrected', async () => {
    const row = {
      employeeid: 'T-9',
      lastname: 'Zoe',
      parentcustomerid: ref('account', { accountnumber: 'A-9' }),
      birthdate: new Date('1979-06-01T00:00:00Z'),
      numberofchildren: 3n,
    }
    const writer = createUpsertWriter(client, { entitySet: 'contacts', key: ['employeeid'], translate: true })
    const letters: DeadLetter[] = []
    await writer.write([row], {
      onEvent(event) {
        if (event.kind === 'row-failed')
          letters.push(JSON.parse(JSON.stringify(writer.toDeadLetter(event.result))))
      },
    })
    expect(letters).toMatchObject([
      {
        version: 1,
        code: 'row-rejected',
        row: {
          parentcustomerid: { $ref: { table: 'account', key: { accountnumber: 'A-9' } } },
          birthdate: { $date: '1979-06-01T00:00:00.000Z' },
          numberofchildren: { $bigint: '3' },
        },
        problems: [{ column: 'parentcustomerid', reason: 'missing-target' }],
      },
    ])
    expect(await writer.replay(letters)).toMatchObject({ rows: 1, failed: 1 })
    const corrected = JSON.parse(JSON.stringify(letters).replaceAll('A-9', 'A-2'))
    expect(await writer.replay(corrected)).toMatchObject({ rows: 1, upserted: 1, failed: 0 })
    expect(contact('T-9')).toMatchObject({ birthdate: '1979-06-01', numberofchildren: 3 })
    const nonsense = corrected.map((letter: DeadLetter) => ({
      ...letter,
      row: { ...letter.row, parentcustomerid: { $ref: { table: 5 } } },
    }))
    expect(await writer.replay(nonsense)).toMatchObject({ rows: 1, failed: 1 })
  })

  it('keeps letters that fail again as they were, whatever the rows of the caller look like', async () => {
    const writer = createUpsertWriter<Line>(client, options)
    const letters: DeadLetter<Line>[] = []
    const keep = (into: DeadLetter<Line>[]) => ({
      onEvent(event: WriteEvent<Line>) {
        if (event.kind === 'row-failed')
          into.push(JSON.parse(JSON.stringify(writer.toDeadLetter(event.result))))
      },
    })
    await writer.write([{ line: 7, cells: { Number: 'T-40', Company: 'A-9' } }], keep(letters))
    const again: DeadLetter<Line>[] = []
    await writer.replay(letters, keep(again))
    expect(again).toEqual(letters)
    expect(letters).toMatchObject([
      { place: { file: 'people.csv', line: 7 }, row: { Number: 'T-40', Company: 'A-9' } },
    ])
  })

  it('does not hold rows back while their source pauses, and writes what came before it broke', async () => {
    let written: () => void = () => {}
    const first = new Promise<void>((resolve) => {
      written = resolve
    })
    const lines = async function* (): AsyncGenerator<Line> {
      yield { line: 2, cells: { Number: 'T-20', lastname: 'First' } }
      await first
      yield { line: 3, cells: { Number: 'T-21', lastname: 'Second' } }
      throw new Error('the disk is gone')
    }
    const writer = createUpsertWriter<Line>(client, { ...options, maxWaitMs: 1 })
    await expect(
      writer.write(
        lines(),
        onEveryRow(() => written()),
      ),
    ).rejects.toThrow('the disk is gone')
    expect(contact('T-21')).toMatchObject({ lastname: 'Second' })
  })

  it('writes what it pulled where an abort drains', async () => {
    const controller = new AbortController()
    const lines = async function* (): AsyncGenerator<Line> {
      yield { line: 2, cells: { Number: 'T-30', lastname: 'First', Company: 'A-1' } }
      controller.abort('enough')
      yield { line: 3, cells: { Number: 'T-31', lastname: 'Second', Company: 'A-2' } }
      throw new Error('asked for more')
    }
    const writer = createUpsertWriter<Line>(client, { ...options, onAbort: 'drain', maxWaitMs: 1 })
    const summary = await writer
      .write(lines(), { signal: controller.signal })
      .catch((error: unknown) => error as Error)
    expect(summary).not.toBeInstanceOf(Error)
  })

  it('looks references up together, however the rows come', async () => {
    const before = emulator.requests.length
    await write(
      (function* () {
        for (let n = 0; n < 900; n += 1)
          yield { line: n, cells: { Number: `L-${n}`, lastname: 'x', Company: `A-${n % 3}` } }
      })(),
    )
    const asked = emulator.requests.slice(before).filter(({ url }) => /\/accounts\?/.test(url))
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['a column that the table does not have', { columns: { lastnam: { from: 'x' } } }, /lastnam.*lastname/],
    ['a find that is none', { columns: { parentcustomerid: { find: 'account' } } }, /account\.accountnumber/],
    ['a name that it does not know', { colums: {} }, /columns|colums/],
    ['value and from at once', { columns: { jobtitle: { from: 'a', value: 'b' } } }, /both from and value/],
  ])('refuses %s', async (_, translate, message) => {
    await expect(async () => write([], { translate: translate as never })).rejects.toThrow(message)
  })
})
