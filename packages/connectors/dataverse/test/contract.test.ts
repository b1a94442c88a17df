import { createClient, type DataverseClient } from '@deltaverse/client'
import type { Row } from '@deltaverse/core'
import { createDataverseSink, type DataverseSinkPosition } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { type SinkHarness, sinkContract } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'

const secondSnapshot = 'sink-mismatch'
const notTaken = 'sink-failed'

/**
 * Cases that ask for what this sink says that it cannot do, tell what a later snapshot did not bring, and for values that Dataverse
 * does not take. Each has to end in that very refusal, and never in rows that are wrong.
 */
const refusals: Readonly<Record<string, string>> = {
  'is as it was before a full read that lies beyond the position': secondSnapshot,
  'takes a full read again whose end lies beyond the position': secondSnapshot,
  'starts empty over what an earlier sync left': secondSnapshot,
  'drops at complete what a full read did not bring': secondSnapshot,
  'takes a full read that is spread over many commits': secondSnapshot,
  'goes on with changes after a full read': secondSnapshot,
  'goes on with a full read that was interrupted': secondSnapshot,
  'counts only the last beginning of an epoch that begins twice': secondSnapshot,
  'counts only the later epoch when the earlier was never complete': secondSnapshot,
  'is empty when a full read brought nothing': secondSnapshot,
  'takes updates and deletions within a full read': secondSnapshot,
  'takes a row of 5 MB': notTaken,
  'gives back text with line breaks, tabs and other control characters': notTaken,
  'gives back numbers of all kinds': notTaken,
  'gives back numbers beyond a double, as text': notTaken,
}
const columns = ['accountid', 'name', 'description', 'revenue', 'numberofemployees', 'creditonhold']

describe('createDataverseSink() as a sink', () => {
  for (const { name, run } of sinkContract(harness())) {
    const code = refusals[name]
    if (code === undefined) it(name, run)
    else it(`refuses: ${name}`, () => expect(run()).rejects.toMatchObject({ code }))
  }
})

/** The rows of `accounts` in an emulator, written by id, with the columns of the suite that are not somebody else's. */
function harness(): SinkHarness<DataverseSinkPosition> {
  let emulator: Emulator
  let client: DataverseClient
  const open = () =>
    createDataverseSink(client, {
      entitySet: 'accounts',
      deletions: 'delete',
      toRow: (change) => (change.kind === 'upserted' ? expected(change.row) : undefined),
    })
  return {
    async create() {
      emulator = await startEmulator()
      client = createClient({ url: emulator.url })
      return open()
    },
    reopen: open,
    rows: () =>
      new Map(
        emulator
          .table('accounts')
          .rows()
          .map((row) => [String(row.accountid), expected(row)]),
      ),
    expected,
    discardsBeyond: false,
    async dispose() {
      await client.close()
      await emulator.close()
    },
  }
}

/** A column that a version lacks is cleared: this sink of certain columns says null for it. */
function expected(row: Row): Row {
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]))
}
