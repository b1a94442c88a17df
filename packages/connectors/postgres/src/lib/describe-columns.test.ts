import type { ColumnMetadata, MetadataReader } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'
import { describeColumns } from './describe-columns.js'

const kinds = {
  accountid: 'guid',
  name: 'text',
  parentaccountid: 'lookup',
  parentaccountidname: 'text',
  participants: 'other',
  entityimage: 'image',
  contract: 'file',
} as const

describe('describeColumns()', () => {
  const columns = Object.entries(kinds).map(
    ([logicalName, kind]): ColumnMetadata => ({
      logicalName,
      kind,
      isPrimaryId: logicalName === 'accountid',
      validForCreate: true,
      validForUpdate: true,
      attributeOf: logicalName === 'parentaccountidname' ? 'parentaccountid' : undefined,
      targets: [],
    }),
  )
  const metadata: Pick<MetadataReader, 'tableOfSet' | 'details'> = {
    tableOfSet: async () => ({
      logicalName: 'account',
      entitySetName: 'accounts',
      primaryIdColumn: 'accountid',
      primaryNameColumn: 'name',
      columns: new Map(columns.map((column) => [column.logicalName, column])),
      keys: [],
    }),
    details: async () => {
      throw new Error('there are no dates to ask for')
    },
  }

  it('leaves out the primary key, and without a selection what rows do not hold', async () => {
    expect(await describeColumns(metadata, { entitySet: 'accounts' })).toEqual([
      { member: 'name', type: 'text', optional: true },
      { member: '_parentaccountid_value', type: 'uuid', optional: true },
      { member: 'entityimage', type: 'text', optional: true },
      { member: 'contract', type: 'text', optional: true },
    ])
    const select = ['accountid', 'name', 'name', 'participants']
    expect(await describeColumns(metadata, { entitySet: 'accounts', select })).toEqual([
      { member: 'name', type: 'text' },
      { member: 'participants', type: 'jsonb' },
    ])
  })
})
