import type { Row } from '@deltaverse/core'
import { normalizeNumber, type StoredProducts } from './stored-products.js'

/** The keys of a file. */
export interface FileKeys {
  readonly rows: number
  readonly numbers: ReadonlySet<string>
  /** Rows without a product number: each of them may be any product. */
  readonly withoutNumber: number
}

export async function readFileKeys(rows: AsyncIterable<Row>): Promise<FileKeys> {
  const numbers = new Set<string>()
  let count = 0
  let withoutNumber = 0
  for await (const { productnumber } of rows) {
    count += 1
    if (typeof productnumber === 'string') numbers.add(normalizeNumber(productnumber))
    else withoutNumber += 1
  }
  return { rows: count, numbers, withoutNumber }
}

/** More would be deactivated than was allowed; nothing was written. */
export class ShareExceeded extends Error {
  override readonly name: string = 'ShareExceeded'
}

/** Active products that the file does not hold any more, by their stored numbers. */
export function findGone(stored: StoredProducts, keys: FileKeys): readonly string[] {
  return [...stored.active].flatMap(([normal, number]) => (keys.numbers.has(normal) ? [] : [number]))
}

/**
 * Refuses to deactivate more than a share of the active products: a file that was cut short looks like a night in which most
 * products went.
 *
 * @throws ShareExceeded
 */
export function checkShare(gone: number, active: number, maxShare: number): void {
  if (gone === 0 || gone <= active * maxShare) return
  const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`
  throw new ShareExceeded(
    `${gone} of ${active} active products (${percent(gone / active)}) are not in the file, and at most ` +
      `${percent(maxShare)} may be deactivated; nothing was written. Check that the file is complete (--dry-run lists what ` +
      `would go). If it is, allow more with --max-delete-share ${Math.min(100, Math.ceil((gone / active) * 100))}, ` +
      'or narrow what the file speaks for with --scope',
  )
}
