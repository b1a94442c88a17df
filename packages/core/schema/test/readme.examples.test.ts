// The code between the marks is what the README shows; a check of the repository compares the two.

import {
  createExactNumbers,
  diffSchemas,
  parseExactJson,
  planEvolution,
  type TableSchema,
  valueTexts,
} from '@deltaverse/schema'
import { beforeEach, describe, expect, it } from 'vitest'

describe('the README', () => {
  let reported: unknown[] = []
  const report = (value: unknown): void => {
    reported.push(value)
  }
  beforeEach(() => {
    reported = []
  })

  it('plans a change of a table', () => {
    // example: evolve
    const before: TableSchema = {
      name: 'accounts',
      primaryKey: ['accountid'],
      columns: [
        { name: 'accountid', type: { kind: 'uuid' }, nullable: false },
        { name: 'employees', type: { kind: 'int32' }, nullable: true },
      ],
    }
    const after: TableSchema = {
      ...before,
      columns: [
        { name: 'accountid', type: { kind: 'uuid' }, nullable: false },
        { name: 'employees', type: { kind: 'int64' }, nullable: true },
        { name: 'revenue', type: { kind: 'decimal', precision: 19, scale: 4 }, nullable: true },
      ],
    }

    const plan = planEvolution(diffSchemas(before, after), 'add')
    report(plan.add.map(({ name }) => name)) // ['revenue']
    report(plan.refused.changed.map(({ name }) => name)) // ['employees']
    // end
    expect(reported).toEqual([['revenue'], ['employees']])
  })

  it('keeps every digit', () => {
    // example: values
    report(parseExactJson('{"money":922337203685477.5807}')) // { money: '922337203685477.5807' }

    const bytes = new TextEncoder().encode('{"money":922337203685477.5807}')
    const { money } = JSON.parse(new TextDecoder().decode(bytes))
    const digits = createExactNumbers(bytes)('money', money)
    report(valueTexts.decimal(digits)) // '922337203685477.5807'
    report(valueTexts.date('2026-02-29')) // { fault: 'is "2026-02-29", where a date such as 2026-03-25 is expected' }
    // end
    expect(reported).toEqual([
      { money: '922337203685477.5807' },
      '922337203685477.5807',
      { fault: 'is "2026-02-29", where a date such as 2026-03-25 is expected' },
    ])
  })
})
