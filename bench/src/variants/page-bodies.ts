import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { request } from 'undici'
import type { Source } from './variant.js'

/** One page as undici brings it, inflated in pieces of 64 kB: what any reader by hand would start from. */
export async function requestPage(url: string, source: Source): Promise<Readable> {
  const { body, headers, statusCode } = await request(url, {
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      prefer: `odata.track-changes,odata.maxpagesize=${source.pageSize}`,
    },
  })
  if (statusCode !== 200) throw new Error(`${url} was answered with ${statusCode}`)
  if (headers['content-encoding'] !== 'gzip') return body
  return pipeline(body, createGunzip({ chunkSize: 65_536 }), () => {})
}

/** Links stand at the end of a page; this is more than one has. */
const linkBytes = 2_048

/** Reads page after page in pieces, looking at nothing but the next link. */
export async function* readPieces(source: Source): AsyncGenerator<Buffer, void, undefined> {
  let url: string | undefined = `${source.serviceRoot}/accounts`
  while (url !== undefined) {
    let tail: Buffer = Buffer.alloc(0)
    for await (const piece of (await requestPage(url, source)) as AsyncIterable<Buffer>) {
      yield piece
      tail = piece.length >= linkBytes ? piece : Buffer.concat([tail, piece])
    }
    url = /"@odata\.nextLink":"([^"]+)"/.exec(tail.subarray(-linkBytes).toString('latin1'))?.[1]
  }
}
