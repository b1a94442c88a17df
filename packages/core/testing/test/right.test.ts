import {
  checkpointStoreContract,
  fingerprintsContract,
  readableSinkContract,
  sinkContract,
  sourceContract,
  transactionalSinkContract,
} from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { fingerprintHarness, sinkHarness, storeHarness, tableHarness } from './harnesses.js'
import { sourceHarness } from './source-faults.js'

const suites = {
  sinkContract: sinkContract(sinkHarness()),
  'sinkContract, without a way back,': sinkContract(tableHarness()),
  transactionalSinkContract: transactionalSinkContract(sinkHarness()),
  readableSinkContract: readableSinkContract(sinkHarness()),
  sourceContract: sourceContract(sourceHarness()),
  checkpointStoreContract: checkpointStoreContract(storeHarness()),
  fingerprintsContract: fingerprintsContract(fingerprintHarness()),
}

describe.each(Object.entries(suites))('%s of what is right', (_, cases) => {
  for (const { name, run } of cases) it(name, run)

  it('names each case once', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })
})
