// The code between the marks is what the README shows; a check of the repository compares the two.
import { readFileSync } from 'node:fs'
import { startEmulator } from '@deltaverse/emulator'
import { describe, expect, it } from 'vitest'
import type {
  ColumnDefinition,
  EmulatorOptions,
  IntersectDefinition,
  IntersectEnd,
  KeyDefinition,
  LookupTarget,
  OptionDefinition,
  StateRules,
  TableDefinition,
  VirtualTimeOptions,
} from '../src/index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the README', () => {
  it('reads a delta, is refused once, and sees its token expire', async () => {
    // example: start
    const emulator = await startEmulator({
      rows: {
        accounts: [
          { name: 'Alfa', accountnumber: 'A1' },
          { name: 'Beta', accountnumber: 'B1' },
        ],
      },
    })
    const tracked = { headers: { Prefer: 'odata.track-changes' } }
    const first = await fetch(`${emulator.serviceRoot}/accounts?$select=name`, tracked)
    const { '@odata.deltaLink': deltaLink } = (await first.json()) as { '@odata.deltaLink': string }

    const [alfa, beta] = emulator.table('accounts').rows()
    emulator.table('accounts').update(String(alfa?.accountid), { name: 'Alfa & Co' })
    emulator.table('accounts').remove(String(beta?.accountid))

    emulator.faults.next({ status: 429, code: '0x80072322', retryAfterSeconds: 2 })
    const refused = await fetch(deltaLink) // 429, Retry-After: 2
    const delta = await (await fetch(deltaLink)).json() // Alfa & Co as it is now, and an entry for deleted Beta

    emulator.deltaTokens.expireAll()
    const expired = await fetch(deltaLink) // 400, 0x80044352
    await emulator.close()
    // end
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
    expect(delta).toMatchObject({ value: [{ name: 'Alfa & Co' }, { reason: 'deleted' }] })
    expect(await expired.json()).toMatchObject({ error: { code: '0x80044352' } })
  })

  it('drops an answer and cuts a body', async () => {
    const emulator = await startEmulator({ rows: { accounts: [{ name: 'Alfa' }] } })
    // example: faults
    emulator.faults.next({ method: 'PATCH', url: '/accounts(', drop: 'after-effect' })
    emulator.faults.add({ url: /\$skiptoken/, nth: 3, times: 1, cutBody: { afterBytes: 5000 } })
    // end
    const [row] = emulator.table('accounts').rows()
    const address = `${emulator.serviceRoot}/accounts(${row?.accountid})`
    const headers = { 'content-type': 'application/json' }
    const lost = fetch(address, { method: 'PATCH', headers, body: '{"name":"Beta"}' })
    await expect(lost).rejects.toThrow()
    expect(emulator.table('accounts').rows()[0]).toMatchObject({ name: 'Beta' })
    await emulator.close()
  })

  it('takes tables of its own', async () => {
    // example: tables
    const emulator = await startEmulator({
      tables: [
        {
          logicalName: 'new_site',
          columns: [
            { logicalName: 'new_code', type: 'string', maxLength: 20, required: true },
            {
              logicalName: 'new_ownerid',
              schemaName: 'new_OwnerId',
              type: 'lookup',
              targets: [
                {
                  table: 'account',
                  navigationProperty: 'new_OwnerId',
                  collectionNavigationProperty: 'new_account_sites',
                  onDelete: 'restrict',
                },
              ],
            },
          ],
          keys: [{ logicalName: 'new_sitekey', columns: ['new_code'] }],
        },
      ],
    })
    // end
    const account = emulator.table('accounts').create({ name: 'Alfa' })
    const bind = { 'new_OwnerId@odata.bind': `accounts(${account})` }
    emulator.table('new_sites').create({ new_code: 'A', ...bind })
    const restricted = await fetch(`${emulator.serviceRoot}/accounts(${account})`, { method: 'DELETE' })
    expect(restricted.status).toBe(405)
    const found = await fetch(`${emulator.serviceRoot}/new_sites(new_code='A')`)
    expect(await found.json()).toMatchObject({ new_code: 'A', _new_ownerid_value: account })
    await emulator.close()
  })

  it('pairs the rows of two tables', async () => {
    // example: pairs
    const emulator = await startEmulator({
      tables: [
        { logicalName: 'new_tag', columns: [{ logicalName: 'name', type: 'string' }] },
        {
          logicalName: 'new_account_tag',
          columns: [],
          intersect: { ends: [{ table: 'account' }, { table: 'new_tag' }] },
        },
      ],
    })
    const account = emulator.table('accounts').create({ name: 'Alfa' })
    const tag = emulator.table('new_tags').create({ name: 'big' })
    await fetch(`${emulator.serviceRoot}/accounts(${account})/new_account_tag/$ref`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ '@odata.id': `${emulator.serviceRoot}/new_tags(${tag})` }),
    })
    const tagged = await fetch(`${emulator.serviceRoot}/new_tags(${tag})/new_account_tag?$select=name`)
    // end
    const { value } = (await tagged.json()) as { value: unknown[] }
    expect(value).toEqual([expect.objectContaining({ name: 'Alfa' })])
    await emulator.close()
  })

  it('names every member of a table, a column, and what they are made of', () => {
    const names: Record<
      | keyof TableDefinition
      | keyof ColumnDefinition
      | keyof KeyDefinition
      | keyof IntersectDefinition
      | keyof IntersectEnd
      | keyof LookupTarget
      | keyof OptionDefinition
      | keyof StateRules
      | keyof VirtualTimeOptions,
      true
    > = {
      logicalName: true,
      schemaName: true,
      entitySetName: true,
      displayName: true,
      displayCollectionName: true,
      objectTypeCode: true,
      primaryIdColumn: true,
      primaryNameColumn: true,
      ownership: true,
      isActivity: true,
      isCustom: true,
      stateless: true,
      holdsParties: true,
      holdsFiles: true,
      isElastic: true,
      changeTrackingEnabled: true,
      canChangeTrackingBeEnabled: true,
      optimisticConcurrencyEnabled: true,
      stateRules: true,
      supportsBulk: true,
      columns: true,
      keys: true,
      intersect: true,
      ends: true,
      column: true,
      type: true,
      required: true,
      applicationRequired: true,
      maxLength: true,
      precision: true,
      minValue: true,
      maxValue: true,
      options: true,
      targets: true,
      dateTimeBehavior: true,
      validForCreate: true,
      validForUpdate: true,
      defaultValue: true,
      composition: true,
      repeatsPrimaryKey: true,
      participationType: true,
      autoNumberFormat: true,
      tableOf: true,
      isProperty: true,
      maxSizeInKB: true,
      canStoreFullImage: true,
      isPrimaryImage: true,
      attributeOf: true,
      indexStatus: true,
      table: true,
      navigationProperty: true,
      collectionNavigationProperty: true,
      relationshipName: true,
      onDelete: true,
      value: true,
      label: true,
      state: true,
      defaultStatus: true,
      transitions: true,
      initialState: true,
      byActionOnly: true,
      inactiveReadOnly: true,
      ownerApart: true,
      startMs: true,
      quietMs: true,
    }
    expect(Object.keys(names).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })

  it('names every option', () => {
    const names: Record<keyof Required<EmulatorOptions>, true> = {
      port: true,
      host: true,
      tables: true,
      rows: true,
      organization: true,
      stateDirectory: true,
      clock: true,
      seed: true,
      authorize: true,
      requireAuthorization: true,
      jobs: true,
      unknownPropertyCode: true,
      numbersInFilterLists: true,
      changeTracking: true,
      maxPageSize: true,
      links: true,
      errorBody: true,
      countByteOrderMark: true,
      compression: true,
      maxRequestBytes: true,
      keyComparison: true,
      nullBind: true,
      impliedParties: true,
      files: true,
      keyIndexing: true,
      batchAnswersBeforeFailure: true,
      limits: true,
      keyIndexingStepMs: true,
      maxBatchOperations: true,
      missingBindStatus: true,
      existingLinkStatus: true,
      missingLinkStatus: true,
      historyLimit: true,
      requestLogLimit: true,
      compactAfterBytes: true,
      wait: true,
    }
    expect(Object.keys(names).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })
})
