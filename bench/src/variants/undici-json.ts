import { requestPage } from './page-bodies.js'
import type { Source, Variant } from './variant.js'

interface Page {
  readonly value: readonly { readonly name?: string }[]
  readonly '@odata.nextLink'?: string
}

/** What one writes by hand: the whole body, then JSON.parse. */
export const undiciJson: Variant = async (source) => {
  let rows = 0
  let length = 0
  let url: string | undefined = `${source.serviceRoot}/accounts`
  while (url !== undefined) {
    const page: Page = await readPage(url, source)
    for (const row of page.value) {
      rows += 1
      length += row.name?.length ?? 0
    }
    url = page['@odata.nextLink']
  }
  return length > 0 ? { rows } : {}
}

async function readPage(url: string, source: Source): Promise<Page> {
  const pieces: Buffer[] = []
  for await (const piece of (await requestPage(url, source)) as AsyncIterable<Buffer>) pieces.push(piece)
  return JSON.parse(Buffer.concat(pieces).toString('utf8')) as Page
}
