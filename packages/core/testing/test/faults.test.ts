import {
  type ContractCase,
  checkpointStoreContract,
  createMemorySink,
  fingerprintsContract,
  readableSinkContract,
  sinkContract,
  sourceContract,
  transactionalSinkContract,
} from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import type { Fault } from './fault.js'
import { fingerprintFaults } from './fingerprint-faults.js'
import { sinkHarness } from './harnesses.js'
import { leaseFaults } from './lease-faults.js'
import { sinkFaults } from './sink-faults.js'
import { sourceFaults } from './source-faults.js'
import { storeFaults } from './store-faults.js'
import { readingFaults, transactionFaults } from './transaction-faults.js'

const leasesOfSinks = leaseFaults.map(({ what, caughtBy, acquire }) => ({
  what,
  caughtBy,
  harness: sinkHarness((storage) => ({
    ...createMemorySink(storage),
    acquire: (name, call) => acquire(storage.leases, name, call),
  })),
}))

describe('sinkContract()', () => catches(sinkContract, sinkFaults))
describe('transactionalSinkContract()', () =>
  catches(transactionalSinkContract, [...transactionFaults, ...leasesOfSinks]))
describe('readableSinkContract()', () => catches(readableSinkContract, readingFaults))
describe('sourceContract()', () => catches(sourceContract, sourceFaults))
describe('checkpointStoreContract()', () => catches(checkpointStoreContract, storeFaults))
describe('fingerprintsContract()', () => catches(fingerprintsContract, fingerprintFaults))

function catches<Harness>(
  suite: (harness: Harness) => readonly ContractCase[],
  faults: readonly Fault<Harness>[],
): void {
  for (const { what, caughtBy, harness } of faults) {
    it.each(caughtBy)(`finds that somebody ${what}: "%s"`, async (name) => {
      const found = suite(harness).find((one) => one.name === name)
      if (found === undefined) throw new Error(`no case is called "${name}"`)
      await expect(found.run()).rejects.toThrow()
    })
  }

  it('has a fault for every case', () => {
    const caught = new Set(faults.flatMap(({ caughtBy }) => caughtBy))
    const names = faults.slice(0, 1).flatMap(({ harness }) => suite(harness).map(({ name }) => name))
    expect(names.filter((name) => !caught.has(name))).toEqual([])
  })
}
