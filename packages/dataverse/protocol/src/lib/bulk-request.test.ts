import { describe, expect, it } from 'vitest'
import {
  formatBulkBody,
  formatBulkPath,
  formatBulkSupportPath,
  formatBulkTarget,
  parseCreatedIds,
} from './bulk-request.js'

describe('bulk messages', () => {
  it('are addressed at the entity set and typed target by target', () => {
    expect(formatBulkPath('new_parts', 'UpsertMultiple')).toBe(
      'new_parts/Microsoft.Dynamics.CRM.UpsertMultiple',
    )
    const targets = [
      formatBulkTarget('new_part', { new_name: 'P' }, "new_parts(new_code='X1')"),
      formatBulkTarget('new_part', { new_partid: '1' }),
      formatBulkTarget('new_part', '{"new_name":"Q"}', "new_parts(new_code='\"')"),
      formatBulkTarget('new_part', '{}'),
    ]
    expect(JSON.parse(formatBulkBody(targets).toString())).toEqual({
      Targets: [
        {
          '@odata.type': 'Microsoft.Dynamics.CRM.new_part',
          '@odata.id': "new_parts(new_code='X1')",
          new_name: 'P',
        },
        { '@odata.type': 'Microsoft.Dynamics.CRM.new_part', new_partid: '1' },
        {
          '@odata.type': 'Microsoft.Dynamics.CRM.new_part',
          '@odata.id': `new_parts(new_code='"')`,
          new_name: 'Q',
        },
        { '@odata.type': 'Microsoft.Dynamics.CRM.new_part' },
      ],
    })
  })

  it('answer ids only to CreateMultiple', () => {
    expect(parseCreatedIds({ Ids: ['a', 'b'] })).toEqual(['a', 'b'])
    expect(parseCreatedIds(undefined)).toBeUndefined()
    expect(parseCreatedIds({ Ids: [1] })).toBeUndefined()
  })

  it('are looked for in the message filters', () => {
    expect(formatBulkSupportPath('account', 'CreateMultiple')).toContain(
      "@message='CreateMultiple'&@table='account'",
    )
    expect(() => formatBulkSupportPath("a'b", 'CreateMultiple')).toThrow(TypeError)
    expect(() => formatBulkPath('a/b', 'CreateMultiple')).toThrow(TypeError)
  })
})
