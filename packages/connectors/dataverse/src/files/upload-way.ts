import type { DataverseClient } from '@deltaverse/client'
import { DataverseError } from '@deltaverse/core'
import { asJsonObject, textOf } from '@deltaverse/metadata'
import { linkToPath } from '@deltaverse/protocol'
import type { FilePlace } from './file-place.js'
import type { UploadSession } from './upload-session.js'

/** One way of sending a file in pieces (Microsoft Learn: Use file column data). */
export interface UploadWay {
  readonly kind: UploadSession['way']
  begin(): Promise<UploadSession>
  /** @returns whether the service says that it has the whole file now */
  send(session: UploadSession, chunk: Buffer, total: number | undefined): Promise<boolean>
  /** Bytes of the file as the service tells them, where it does. */
  complete(session: UploadSession): Promise<number | undefined>
}

export interface UploadTarget {
  readonly client: DataverseClient
  readonly place: FilePlace
  readonly name: string
  readonly mimeType: string | undefined
  readonly signal: AbortSignal | undefined
}

// The largest piece that a service takes, by what it says of itself; smaller where it says so.
export const largestChunk = 4_194_304

/** Pieces of one resource by `Content-Range`. The size of the whole has to be known with the first. */
export function byChunks({ client, place, name, signal }: UploadTarget): UploadWay {
  return {
    kind: 'chunks',
    async begin() {
      const response = await client.request(
        {
          method: 'PATCH',
          path: `${place.path}?x-ms-file-name=${encodeURIComponent(name)}`,
          headers: { 'x-ms-transfer-mode': 'chunked' },
          buffered: true,
        },
        { signal },
      )
      const { location, 'x-ms-chunk-size': size } = response.headers
      if (location === undefined) throw badAnswer(response.url, 'it names no Location for the pieces')
      const chunkBytes = Number(size)
      return {
        way: 'chunks',
        token: linkToPath(client.serviceRoot, location),
        sentBytes: 0,
        chunkBytes: chunkBytes > 0 && Number.isInteger(chunkBytes) ? chunkBytes : largestChunk,
      }
    },
    async send({ token, sentBytes }, chunk, total = 0) {
      const { status } = await client.request(
        {
          method: 'PATCH',
          path: token,
          headers: {
            'content-type': 'application/octet-stream',
            'content-range': `bytes ${sentBytes}-${sentBytes + chunk.length - 1}/${total}`,
            'x-ms-file-name': name,
          },
          body: chunk,
          buffered: true,
        },
        { signal },
      )
      return status === 204
    },
    async complete() {
      // One byte tells the size of all; of images some are told without.
      const response = await client.request(
        {
          method: 'GET',
          path: `${place.path}/$value${place.kind === 'image' && place.keepsFull ? '?size=full' : ''}`,
          headers: { accept: '*/*', range: 'bytes=0-0' },
        },
        { signal },
      )
      await response.discard()
      const size = Number(response.headers['x-ms-file-size'] ?? Number.NaN)
      return Number.isInteger(size) ? size : undefined
    },
  }
}

/** Pieces with names, put together at the end: the size may be unknown, and a piece that comes twice is the same piece. */
export function byBlocks(target: UploadTarget): UploadWay {
  const { client, place, name, signal } = target
  const post = async (message: string, body: object) => {
    const response = await client.request(
      // The same block, or the same list of blocks, may come again.
      { method: 'POST', path: message, body, buffered: true, repeatable: true },
      { signal },
    )
    return response.status === 204 ? {} : asJsonObject(await response.json(), message)
  }
  return {
    kind: 'blocks',
    async begin() {
      const answer = await post('InitializeFileBlocksUpload', {
        Target: {
          '@odata.type': `Microsoft.Dynamics.CRM.${place.table}`,
          [place.primaryIdColumn]: place.id,
        },
        FileName: name,
        FileAttributeName: place.column,
      })
      return {
        way: 'blocks',
        token: textOf(answer, 'FileContinuationToken'),
        sentBytes: 0,
        chunkBytes: largestChunk - 1024,
      }
    },
    async send({ token, sentBytes, chunkBytes }, chunk) {
      await post('UploadBlock', {
        BlockId: blockId(sentBytes / chunkBytes),
        BlockData: chunk.toString('base64'),
        FileContinuationToken: token,
      })
      return false
    },
    async complete({ token, sentBytes, chunkBytes }) {
      const blocks = Math.ceil(sentBytes / chunkBytes)
      const answer = await post('CommitFileBlocksUpload', {
        FileName: name,
        MimeType: target.mimeType ?? 'application/octet-stream',
        BlockList: Array.from({ length: blocks }, (_, at) => blockId(at)),
        FileContinuationToken: token,
      })
      return typeof answer.FileSizeInBytes === 'number' ? answer.FileSizeInBytes : undefined
    },
  }
}

/** All of one length, as the service wants them; the same for the same place in whatever run. */
function blockId(number: number): string {
  return Buffer.from(String(number).padStart(9, '0')).toString('base64')
}

export function badAnswer(url: string, problem: string): DataverseError {
  return new DataverseError(`The answer to ${url} cannot be right: ${problem}.`, { code: 'bad-response' })
}
