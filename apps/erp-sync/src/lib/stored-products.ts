import type { DataverseClient } from '@deltaverse/client'

/** Product numbers that the environment holds. */
export interface StoredProducts {
  readonly active: ReadonlyMap<string, string>
  /** Retired: deactivated before, by us or by somebody. */
  readonly retired: ReadonlyMap<string, string>
}

/** How a product number is compared: the database ignores case. */
export function normalizeNumber(productNumber: string): string {
  return productNumber.trim().toLowerCase()
}

/**
 * Reads the numbers of all products, page by page. The maps lead from the normalized to the stored number.
 *
 * @param scope an OData filter; products that it does not match are left alone
 */
export async function readStoredProducts(
  client: DataverseClient,
  scope: string | undefined,
  signal: AbortSignal,
): Promise<StoredProducts> {
  const active = new Map<string, string>()
  const retired = new Map<string, string>()
  const within = scope === undefined ? '' : `&$filter=${encodeURIComponent(scope)}`
  let path: string | undefined = `products?$select=productnumber,statecode${within}`
  while (path !== undefined) {
    const response = await client.request({ method: 'GET', path, buffered: true }, { signal })
    const page = (await response.json()) as ProductPage
    for (const { productnumber, statecode } of page.value) {
      if (productnumber === null) continue
      if (statecode === 0) active.set(normalizeNumber(productnumber), productnumber)
      if (statecode === 1) retired.set(normalizeNumber(productnumber), productnumber)
    }
    path = page['@odata.nextLink'] === undefined ? undefined : pathOfLink(page['@odata.nextLink'])
  }
  return { active, retired }
}

interface ProductPage {
  readonly value: readonly { readonly productnumber: string | null; readonly statecode: number }[]
  readonly '@odata.nextLink'?: string
}

/** Path and query of a link, byte for byte: the service made it, and only it knows what is in it. */
function pathOfLink(link: string): string {
  return link.slice(link.indexOf('/', link.indexOf('://') + 3))
}
