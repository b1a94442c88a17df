import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { DynamicsWebApi, type RetrieveMultipleResponse } from 'dynamics-web-api'
import type { Source, Variant } from './variant.js'

type Account = { readonly name?: string }

/** Page by page, its way of reading a table of any size. */
export const dynamicsWebApi: Variant = async (source) => {
  let rows = 0
  let length = 0
  for await (const page of readPages(source)) {
    for (const row of page) {
      rows += 1
      length += row.name?.length ?? 0
    }
  }
  return length > 0 ? { rows } : {}
}

/** Page by page, each row written as a line. */
export const dynamicsWebApiToNdjson: Variant = async (source) => {
  let rows = 0
  const file = createWriteStream(source.outFile, { highWaterMark: 1_048_576 })
  for await (const page of readPages(source)) {
    for (const row of page) {
      rows += 1
      if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain')
    }
  }
  file.end()
  await finished(file)
  return { rows }
}

async function* readPages(source: Source): AsyncGenerator<readonly Account[], void, undefined> {
  const api = new DynamicsWebApi({ serverUrl: new URL(source.serviceRoot).origin })
  const request = { collection: 'accounts', trackChanges: true, maxPageSize: source.pageSize }
  let link: string | undefined
  do {
    const page: RetrieveMultipleResponse<Account> = await api.retrieveMultiple<Account>(request, link)
    yield page.value
    link = page.oDataNextLink
  } while (link !== undefined)
}
