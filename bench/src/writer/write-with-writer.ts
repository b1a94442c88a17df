import { createClient } from '@deltaverse/client'
import { createUpsertWriter } from '@deltaverse/upsert-writer'
import { type ProductRow, productRows } from './product-rows.js'
import { productTable } from './product-table.js'
import type { WriteLoad, WriteVariant } from './write-variant.js'

export const writeBatches: WriteVariant = (load) => write(load, 'batch')

export const writeBulk: WriteVariant = (load) => write(load, 'bulk')

async function write(
  { url, rows, batchSize, inFlight }: WriteLoad,
  strategy: 'batch' | 'bulk',
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
    const { upserted, updated, created } = await writer.write(productRows(rows))
    return upserted + updated + created
  } finally {
    await client.close()
  }
}
