import { createClient } from '@deltaverse/client'
import { createUpsertWriter, type UpsertWriter } from '@deltaverse/dataverse'
import { type ProductRow, productRows } from './product-rows.js'
import { productTable } from './product-table.js'
import type { WriteLoad, WriteVariant } from './write-load.js'

/** As in the first example of the writer's README: told what failed, and how many were written. */
export const writeBatches: WriteVariant = (load) => countWritten(load, 'batch')

export const writeBulk: WriteVariant = (load) => countWritten(load, 'bulk')

/** Looks at the result of every row, with its id. */
export const writeBatchesWithResults: WriteVariant = (load) =>
  useWriter(load, 'batch', async (writer) => {
    let written = 0
    for await (const result of writer.results(productRows(load.rows))) {
      if (result.status === 'upserted' && result.id !== undefined) written += 1
    }
    return written
  })

function countWritten(load: WriteLoad, strategy: 'batch' | 'bulk'): Promise<number> {
  return useWriter(load, strategy, async (writer) => {
    const { upserted } = await writer.write(productRows(load.rows), {
      onEvent(event) {
        if (event.kind !== 'row-failed') return
        throw new Error(`row ${event.result.index} was not written`, { cause: event.result.error })
      },
    })
    return upserted
  })
}

async function useWriter(
  { url, batchSize, inFlight }: WriteLoad,
  strategy: 'batch' | 'bulk',
  use: (writer: UpsertWriter<ProductRow>) => Promise<number>,
): Promise<number> {
  const client = createClient({ url, governor: { concurrency: inFlight } })
  const writer = createUpsertWriter<ProductRow>(client, {
    entitySet: 'products',
    key: ['productnumber'],
    strategy,
    batchSize,
    concurrency: inFlight,
    metadata: productTable,
  })
  try {
    return await use(writer)
  } finally {
    await client.close()
  }
}
