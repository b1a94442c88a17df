import { Pool } from 'undici'
import { type ProductRow, productRows } from './product-rows.js'
import type { WriteVariant } from './write-load.js'

/** The least that can be done: text put together, sent, and the good answers counted. No row has a result. */
export const writeBare: WriteVariant = async ({ url, rows, batchSize, inFlight }) => {
  const pool = new Pool(url, { connections: inFlight })
  const source = productRows(rows)
  let written = 0
  async function work(): Promise<void> {
    for (;;) {
      const body = formatBatch(source, batchSize)
      if (body === undefined) return
      const { body: answer } = await pool.request({
        method: 'POST',
        path: '/api/data/v9.2/$batch',
        headers: { 'content-type': 'multipart/mixed; boundary=b' },
        body,
      })
      const text = await answer.text()
      written += text.split('HTTP/1.1 204').length - 1
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  await pool.close()
  return written
}

function formatBatch(source: Iterator<ProductRow>, size: number): string | undefined {
  let text = ''
  for (let count = 0; count < size; count += 1) {
    const next = source.next()
    if (next.done === true) break
    const { productnumber, ...columns } = next.value
    text +=
      '--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n' +
      `PATCH /api/data/v9.2/products(productnumber='${encodeURIComponent(productnumber)}') HTTP/1.1\r\n` +
      `Content-Type: application/json\r\n\r\n${JSON.stringify(columns)}\r\n`
  }
  return text === '' ? undefined : `${text}--b--\r\n\r\n`
}
