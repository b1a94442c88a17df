import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createMetadataReader, readTableSchema } from '@deltaverse/metadata'
import { createPostgresSink } from '@deltaverse/postgres'
import { type ColumnKind, columnsBesideKey, memberOf } from '@deltaverse/schema'
import { accountRow, idOf, upserted } from '@deltaverse/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/test-database.js'
import { thing, thingMembers, thingTable } from '../support/thing-table.js'

/** Every type on its way from the service to its column. */
export function typeTests(database: TestDatabase): void {
  describe('rows of the service', () => {
    let emulator: Emulator
    let client: DataverseClient
    beforeAll(async () => {
      emulator = await startEmulator({ tables: [thingTable] })
      client = createClient({ url: emulator.url })
    })
    afterAll(async () => {
      await client.close()
      await emulator.close()
    })

    it('arrive as they are, whatever they hold', async () => {
      const metadata = createMetadataReader(client)
      const tableSchema = await readTableSchema(metadata, { entitySet: 'new_things', select: thingMembers })
      const feed = createChangeFeed(client, { entitySet: 'new_things', select: thingMembers })
      const schema = database.freshSchema()
      const sink = createPostgresSink({ pool: database.pool, schema, table: 'things' })
      const rowsOf = fc.array(thing, { minLength: 1, maxLength: 15 })
      await fc.assert(
        fc.asyncProperty(rowsOf, async (rows) => {
          for (const row of rows) emulator.table('new_things').create(row)
          await sink.open(undefined)
          await sink.applySchema?.(tableSchema)
          for await (const events of feed.read()) await sink.write(events)
          await sink.commit()
          const kept = await database.query(asText(schema, columnsBesideKey(tableSchema)))
          expect(kept).toEqual(emulator.table('new_things').rows().map(inPostgres))
        }),
        { seed: 20_261_120, numRuns: 8 },
      )
    }, 60_000)

    it('arrive with all their columns when nothing is selected', async () => {
      const tableSchema = await readTableSchema(createMetadataReader(client), { entitySet: 'new_things' })
      const types = new Map(columnsBesideKey(tableSchema).map((column) => [memberOf(column), column.type]))
      for (const member of thingMembers) expect(types.has(member), member).toBe(true)
      expect(types.has('new_thingid')).toBe(false)
      emulator.table('new_things').create({ new_name: 'all', new_whole: 7 })
      const schema = database.freshSchema()
      const sink = createPostgresSink({
        pool: database.pool,
        schema,
        table: 'things',
        tableSchema,
        unknownMembers: 'refuse',
      })
      await sink.open(undefined)
      for await (const events of createChangeFeed(client, { entitySet: 'new_things' }).read()) {
        await sink.write(events)
      }
      await sink.commit()
      const [row] = await database.query(`SELECT * FROM ${schema}.things WHERE new_name = 'all'`)
      expect(row).toMatchObject({ new_whole: 7, statecode: 0, createdon: expect.any(Date) })
    })

    it('bring their labels as text where they are selected', async () => {
      const label = 'new_choice@OData.Community.Display.V1.FormattedValue'
      const tableSchema = await readTableSchema(createMetadataReader(client), {
        entitySet: 'new_things',
        select: ['new_choice', label],
      })
      const id = emulator.table('new_things').create({ new_choice: 9 })
      const feed = createChangeFeed(client, {
        entitySet: 'new_things',
        select: ['new_choice'],
        annotations: '*',
      })
      const schema = database.freshSchema()
      const sink = createPostgresSink({ pool: database.pool, schema, table: 'things', tableSchema })
      await sink.open(undefined)
      for await (const events of feed.read()) await sink.write(events)
      await sink.commit()
      const [row] = await database.query(`SELECT * FROM ${schema}.things WHERE id = $1`, [id])
      expect(row).toMatchObject({ new_choice: 9, [label]: 'Option 9' })
    })
  })

  describe('values at the ends of their types', () => {
    const values: readonly (readonly [ColumnKind, string, string])[] = [
      ['decimal', '922337203685477.5807', '922337203685477.5807'],
      ['decimal', '0.1234567890123456789012345678', '0.1234567890123456789012345678'],
      ['decimal', '-79228162514264337593543950335', '-79228162514264337593543950335'],
      ['decimal', '20000.0000', '20000'],
      ['int64', '9223372036854775807', '9223372036854775807'],
      ['int64', '-9223372036854775808', '-9223372036854775808'],
      ['int64', '9007199254740993', '9007199254740993'],
      ['double', '1.7976931348623157e308', '1.7976931348623157e+308'],
      ['double', '5e-324', '5e-324'],
      ['date', '"0001-01-01"', '0001-01-01'],
      ['date', '"9999-12-31"', '9999-12-31'],
      ['timestamptz', '"2024-02-29T23:59:59.1234567Z"', '2024-02-29 23:59:59.123457+00'],
      ['timestamptz', '"2026-03-25T17:42:47+02:00"', '2026-03-25 15:42:47+00'],
      ['timestamp', '"2026-03-29T02:30:00Z"', '2026-03-29 02:30:00'],
      ['enum-set', '"1,9,-2147483648"', '{1,9,-2147483648}'],
      ['enum-set', '""', '{}'],
      ['json', '{"a":[1,{"b":null}],"c":"\\ud83d\\ude00"}', '{"a": [1, {"b": null}], "c": "😀"}'],
      ['json', '"text"', '"text"'],
    ]

    it('keep every digit, also where a parse has rounded them before', async () => {
      const columns = values.map(([type], at) => ({ member: `m${at}`, type }))
      const schema = database.freshSchema()
      const sink = createPostgresSink({ pool: database.pool, schema, table: 'things', columns })
      const json = `{${values.map(([, text], at) => `"m${at}":${text}`).join(',')}}`
      const change = {
        ...upserted(idOf(1), accountRow(1)),
        bytes: Buffer.from(json),
        row: JSON.parse(json) as Record<string, unknown>,
      }
      await sink.open(undefined)
      await sink.write([change])
      await sink.commit()
      const texts = columns.map(({ member }) => `${member}::text`).join(', ')
      const [row] = await database.query(`SELECT ${texts} FROM ${schema}.things`)
      expect(row).toEqual(Object.fromEntries(values.map(([, , text], at) => [`m${at}`, text])))
    })
  })

  it('refuses a row that cannot be kept and names it and its column, or keeps what can be kept when told so', async () => {
    const schema = database.freshSchema()
    const options = {
      pool: database.pool,
      schema,
      table: 'accounts',
      columns: [{ member: 'name', type: 'text' }],
    } as const
    const sink = createPostgresSink(options)
    await sink.open(undefined)
    const bad = upserted(idOf(2), accountRow(2, { name: 'a\0b\ud800' }))
    await expect(sink.write([bad])).rejects.toMatchObject({
      code: 'sink-failed',
      retryable: false,
      message: expect.stringMatching(
        new RegExp(`The row ${idOf(2)}.*'name'.*U\\+0000.*badCharacters: 'replace'`),
      ),
    })
    const replacing = createPostgresSink({ ...options, badCharacters: 'replace' })
    await replacing.open(undefined)
    await replacing.write([bad])
    await replacing.commit()
    expect(await database.query(`SELECT name FROM ${schema}.accounts`)).toEqual([{ name: 'a\ufffdb\ufffd' }])
  })
}

function asText(schema: string, columns: readonly { name: string }[]): string {
  const texts = columns.map(({ name }) => `"${name}"::text`)
  return `SELECT id::text, row_version::text, ${texts.join(', ')} FROM ${schema}.things ORDER BY id`
}

/** A row of the emulator as PostgreSQL writes it. */
function inPostgres(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = { id: row.new_thingid, row_version: String(row.versionnumber) }
  for (const member of thingMembers) kept[member] = textInPostgres(member, row[member])
  return kept
}

function textInPostgres(member: string, value: unknown): string | null {
  if (value === null || value === undefined) return null
  switch (member) {
    case 'new_choices':
      return `{${value}}`
    case 'new_local':
      return String(value).replace('T', ' ').replace('Z', '+00')
    case 'new_clock':
      return String(value).replace('T', ' ').replace('Z', '')
    case 'new_double':
      return doubleInPostgres(Number(value))
    case 'new_decimal':
    case 'new_money':
      return Object.is(value, -0) ? '0' : String(value)
    default:
      return String(value)
  }
}

/** Both write the shortest digits that mean the number; they differ in when they use exponents. */
function doubleInPostgres(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (power >= -4 && power < 15) return plain(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function plain(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return value.toFixed(20).replace(/0+$/, '')
}
