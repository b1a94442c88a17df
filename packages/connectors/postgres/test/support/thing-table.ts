import type { ColumnDefinition, TableDefinition } from '@deltaverse/emulator'
import fc from 'fast-check'

const options = [1, 9, 100_000_001].map((value) => ({ value, label: `Option ${value}` }))

const columns: readonly ColumnDefinition[] = [
  { logicalName: 'new_name', type: 'string', maxLength: 4_000 },
  { logicalName: 'new_memo', type: 'memo', maxLength: 100_000 },
  { logicalName: 'new_whole', type: 'integer' },
  { logicalName: 'new_big', type: 'bigint' },
  {
    logicalName: 'new_decimal',
    type: 'decimal',
    precision: 4,
    minValue: -100_000_000_000,
    maxValue: 100_000_000_000,
  },
  {
    logicalName: 'new_money',
    type: 'money',
    precision: 2,
    minValue: -922_337_203_685_477,
    maxValue: 922_337_203_685_477,
  },
  { logicalName: 'new_double', type: 'double' },
  { logicalName: 'new_flag', type: 'boolean' },
  { logicalName: 'new_choice', type: 'picklist', options },
  { logicalName: 'new_choices', type: 'multiselectpicklist', options },
  { logicalName: 'new_local', type: 'datetime', dateTimeBehavior: 'UserLocal' },
  { logicalName: 'new_clock', type: 'datetime', dateTimeBehavior: 'TimeZoneIndependent' },
  { logicalName: 'new_day', type: 'datetime', dateTimeBehavior: 'DateOnly' },
]

/** A table with a column of every type. */
export const thingTable: TableDefinition = {
  logicalName: 'new_thing',
  primaryNameColumn: 'new_name',
  changeTrackingEnabled: true,
  columns,
}

export const thingMembers: readonly string[] = [
  ...columns.map(({ logicalName }) => logicalName),
  '_ownerid_value',
  'statecode',
  'versionnumber',
]

const instant = fc
  .date({ min: new Date('1753-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 19)}Z`)
// What XML, and so the service, can hold.
const character = fc
  .oneof(
    { weight: 1, arbitrary: fc.constantFrom(9, 10, 13) },
    { weight: 9, arbitrary: fc.integer({ min: 0x20, max: 0x10_ffff }) },
  )
  .map((code) => String.fromCodePoint(code))
const text = fc
  .string({ unit: character, maxLength: 60 })
  .map((raw) => raw.replace(/[\ufffe\uffff]|\p{Surrogate}/gu, ''))

/** Rows with values from end to end of what the columns take. */
export const thing: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    new_name: text,
    new_memo: fc.oneof(
      { weight: 9, arbitrary: text },
      { weight: 1, arbitrary: fc.constant('long '.repeat(19_000)) },
    ),
    new_whole: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
    new_decimal: fc.integer({ min: -1e15, max: 1e15 }).map((digits) => digits / 1e4),
    new_money: fc.integer({ min: -1e14, max: 1e14 }).map((digits) => digits / 100),
    new_double: fc.double({ min: -1e11, max: 1e11, noNaN: true }),
    new_flag: fc.boolean(),
    new_choice: fc.constantFrom(1, 9, 100_000_001),
    new_choices: fc.constantFrom('1', '1,9', '9,100000001', '1,9,100000001'),
    new_local: instant,
    new_clock: instant,
    new_day: instant.map((date) => date.slice(0, 10)),
  },
  { requiredKeys: [] },
)
