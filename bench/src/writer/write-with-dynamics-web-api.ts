import { DynamicsWebApi } from 'dynamics-web-api'
import { productRows } from './product-rows.js'
import type { WriteVariant } from './write-load.js'

/** Batches of upserts by alternate key. An instance gathers one batch at a time, so there is one for each request under way. */
export const writeWithDynamicsWebApi: WriteVariant = async ({ url, rows, batchSize, inFlight }) => {
  const source = productRows(rows)
  let written = 0
  async function work(): Promise<void> {
    const api = new DynamicsWebApi({ serverUrl: url })
    for (;;) {
      let gathered = 0
      for (; gathered < batchSize; gathered += 1) {
        const next = source.next()
        if (next.done === true) break
        const { productnumber, ...data } = next.value
        if (gathered === 0) api.startBatch()
        void api.upsert({ collection: 'products', key: `productnumber='${productnumber}'`, data })
      }
      if (gathered === 0) return
      const answers = await api.executeBatch()
      written += answers.length
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  return written
}
