import { createClient, type DataverseClient } from '@deltaverse/client'
import type { Emulator } from '@deltaverse/emulator'
import { createOneCall, writeMany } from './new-way.js'
import { writeInSevenCalls } from './old-way.js'
import { createCustomers, startScene } from './scene.js'

/** Requests that each way takes. */
export interface WaysCompared {
  /** One row by look-ups, update, SetState and Assign. */
  readonly oldWay: number
  /** The first row of a job, for which definitions are asked for. */
  readonly firstRow: number
  /** Each further one. */
  readonly furtherRow: number
  /** `rows` of them by the writer. */
  readonly manyRows: number
  readonly rows: number
}

/** Writes the same rows in each way to an emulator and counts what it is asked. */
export async function compareWays(
  rows: number,
  look: (emulator: Emulator) => void = () => {},
): Promise<WaysCompared> {
  const customers = createCustomers(rows)
  const [one, two, three] = customers
  if (one === undefined || two === undefined || three === undefined) throw new RangeError('at least 3 rows')
  const emulator = await startScene(customers)
  const client: DataverseClient = createClient({ url: emulator.url })
  async function count(work: () => Promise<unknown>): Promise<number> {
    const before = emulator.requestCount
    await work()
    look(emulator)
    return emulator.requestCount - before
  }
  try {
    const write = createOneCall(client)
    return {
      oldWay: await count(() => writeInSevenCalls(client, one)),
      firstRow: await count(() => write(two)),
      furtherRow: await count(() => write(three)),
      manyRows: await count(() => writeMany(client, customers)),
      rows,
    }
  } finally {
    await client.close()
    await emulator.close()
  }
}
