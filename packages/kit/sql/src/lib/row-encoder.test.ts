import type { ColumnType } from '@deltaverse/schema'
import { account, accountRow, deleted, idOf, upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { resolveColumns, type SqlColumn } from './columns.js'
import { createRowEncoder, type RowEncoder, type RowEncoderOptions } from './row-encoder.js'

const dialect = {
  name: 'SQL',
  capabilities: { altersTypes: false, ignoresCase: false },
  limits: { nameBytes: 63, columns: 10, reservedColumns: new Set<string>() },
  types: {
    of: ({ kind }: ColumnType) => kind,
    isWidening: () => false,
    write: { boolean: (text: string) => (text === 'true' ? 1 : 0) },
    jsonText: 'text',
    stageNumber: 'int64',
  },
}

function encoderOf(columns: readonly SqlColumn[], options: Partial<RowEncoderOptions> = {}): RowEncoder {
  return createRowEncoder({
    dialect,
    id: { kind: 'uuid' },
    columns: resolveColumns(dialect, columns),
    badCharacters: 'refuse',
    unknownMembers: 'ignore',
    absentMembers: 'keep',
    ...options,
  })
}

const name: SqlColumn = { member: 'name', type: 'text' }
const revenue: SqlColumn = { member: 'revenue', type: 'decimal' }

describe('createRowEncoder()', () => {
  it('writes rows in the order of the columns, and the key alone of those that are gone', () => {
    const flag: SqlColumn = { member: 'creditonhold', type: 'boolean' }
    const encode = encoderOf([name, revenue, flag])
    const row = account(1, { name: 'a\tb', revenue: null, creditonhold: true })
    expect(encode(row, 7)).toEqual({
      number: 7,
      id: idOf(1),
      gone: false,
      rowVersion: '1001',
      lacks: null,
      values: ['a\tb', null, 1],
    })
    expect(encode(deleted(idOf(2)), 8)).toEqual({
      number: 8,
      id: idOf(2),
      gone: true,
      rowVersion: null,
      lacks: null,
      values: [],
    })
  })

  it('refuses rows without a member that has a column, unless they may come without it', () => {
    expect(() => encoderOf([name, revenue])(account(1), 1)).toThrow(
      new RegExp(`The row ${idOf(1)} has no member 'revenue'. Select it in the source`),
    )
    const optional = { ...revenue, optional: true }
    expect(encoderOf([name, optional])(account(1), 1)).toMatchObject({ lacks: ',1,' })
    expect(encoderOf([name, optional], { absentMembers: 'empty' })(account(1), 1)).toMatchObject({
      lacks: null,
    })
    const both = [{ ...name, optional: true }, optional]
    expect(encoderOf(both)(upserted(idOf(1), {}), 1)).toMatchObject({ lacks: ',0,1,' })
  })

  it('takes an annotation that is absent as empty', () => {
    const label: SqlColumn = { member: 'revenue@OData.Community.Display.V1.FormattedValue', type: 'text' }
    expect(encoderOf([name, label])(account(1), 1)).toMatchObject({
      lacks: null,
      values: ['Account 1, version 1', null],
    })
  })

  it('keeps the digits that a parse has lost', () => {
    const text = '{"revenue":922337203685477.5807}'
    const row = { ...upserted(idOf(1), JSON.parse(text)), bytes: Buffer.from(text) }
    expect(encoderOf([revenue])(row, 1).values).toEqual(['922337203685477.5807'])
  })

  it('refuses members without a column where told so, but for annotations and the primary key', () => {
    const encode = encoderOf([name], { unknownMembers: 'refuse' })
    encode(account(1, { 'name@x': 1 }), 1)
    expect(() => encode(account(1, { fax: '1' }), 1)).toThrow(
      /the member 'fax', for which there is no column/,
    )
    encoderOf([name])(account(1, { fax: '1' }), 1)
  })

  it('refuses ids and row versions that are none', () => {
    expect(() => encoderOf([name])(upserted('a\tb', accountRow(1)), 1)).toThrow(/has an id that is no GUID/)
    expect(encoderOf([name], { id: { kind: 'text' } })(upserted('a b', accountRow(1)), 1).id).toBe('a b')
    const wrong = { ...account(1), rowVersion: '9'.repeat(19) }
    expect(() => encoderOf([name])(wrong, 1)).toThrow(
      /has a row version that is 9{19}, and the type int64 ends/,
    )
  })

  const memo: SqlColumn = { member: 'memo', type: 'json' }
  it.each([
    ['a\0b', /NUL character \(U\+0000\) at position 1/],
    ['ab\udc00', /half of a surrogate pair at position 2/],
  ])('refuses the text %j, which no database stores', (text, fault) => {
    expect(() => encoderOf([name])(account(1, { name: text }), 1)).toThrow(fault)
    for (const value of [{ a: [text] }, { [text]: 1 }]) {
      expect(() => encoderOf([memo])(account(1, { memo: value }), 1)).toThrow(fault)
    }
  })

  it('replaces only what cannot be stored, where told so', () => {
    const encode = encoderOf([name, memo], { badCharacters: 'replace' })
    const row = account(1, { name: 'a\0\ud83d\ude00\ud83d', memo: { '\0': ['\ude00', 1, '\\u0000'] } })
    expect(encode(row, 1).values).toEqual([
      'a\ufffd\ud83d\ude00\ufffd',
      '{"\ufffd":["\ufffd",1,"\\\\u0000"]}',
    ])
  })
})
