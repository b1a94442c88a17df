import { account, accountRow, deleted, idOf, upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { type PostgresColumn, resolveColumns } from './column.js'
import { createRowEncoder, type RowEncoder } from './row-encoder.js'

function encoderOf(
  columns: readonly PostgresColumn[],
  unknownMembers: 'ignore' | 'refuse' = 'ignore',
): RowEncoder {
  return createRowEncoder({ columns: resolveColumns(columns), invalidText: 'refuse', unknownMembers })
}

describe('createRowEncoder()', () => {
  const name: PostgresColumn = { member: 'name', type: 'text' }

  it('writes lines of COPY', () => {
    const encode = encoderOf([name, { member: 'revenue', type: 'numeric' }])
    const row = account(1, { name: 'a\tb\\c\nd\re', revenue: null })
    expect(encode(row, 7)).toBe(`7\t${idOf(1)}\tf\t1001\ta\\tb\\\\c\\nd\\re\t\\N\n`)
    expect(encode(deleted(idOf(2)), 8)).toBe(`8\t${idOf(2)}\tt\t\\N\t\\N\t\\N\n`)
  })

  it('refuses rows without a member that has a column, unless they may come without it', () => {
    const revenue: PostgresColumn = { member: 'revenue', type: 'numeric' }
    expect(() => encoderOf([name, revenue])(account(1), 1)).toThrow(
      new RegExp(`The row ${idOf(1)} has no member 'revenue'. Select it in the feed`),
    )
    const label: PostgresColumn = {
      member: 'revenue@OData.Community.Display.V1.FormattedValue',
      type: 'text',
    }
    for (const column of [{ ...revenue, optional: true }, label]) {
      expect(encoderOf([name, column])(account(1), 1)).toMatch(/\t\\N\n$/)
    }
  })

  it('refuses members without a column where told so, but for annotations and the primary key', () => {
    const encode = encoderOf([name], 'refuse')
    encode(account(1, { 'name@x': 1 }), 1)
    expect(() => encode(account(1, { fax: '1' }), 1)).toThrow(
      /the member 'fax', for which there is no column/,
    )
    encoderOf([name])(account(1, { fax: '1' }), 1)
  })

  it('refuses ids and row versions that are none', () => {
    expect(() => encoderOf([name])(upserted('a\tb', accountRow(1)), 1)).toThrow(/has an id that is no GUID/)
    const wrong = { ...account(1), rowVersion: '9'.repeat(19) }
    expect(() => encoderOf([name])(wrong, 1)).toThrow(
      /has a row version that is 9{19}, and the type bigint ends/,
    )
  })
})
