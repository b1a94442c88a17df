import { createHash } from 'node:crypto'
import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
  type TableDefinition,
} from '@deltaverse/emulator'
import { createRecordingClient, type RecordingClient } from '../sink/recording-client.js'

export const documentId = '00000000-0000-4000-8000-000000000001'
export const MiB = 1024 * 1024

/** A table with a large and a small file, and images of both sorts. */
export const documents: TableDefinition = {
  logicalName: 'new_document',
  changeTrackingEnabled: true,
  keys: [{ logicalName: 'new_code_key', columns: ['new_code'] }],
  columns: [
    { logicalName: 'name', type: 'string' },
    { logicalName: 'new_code', type: 'string' },
    { logicalName: 'new_file', type: 'file', maxSizeInKB: 40_960 },
    { logicalName: 'new_small', type: 'file', maxSizeInKB: 2 },
    { logicalName: 'new_scan', type: 'image', canStoreFullImage: true, maxSizeInKB: 30_720 },
    { logicalName: 'new_icon', type: 'image' },
  ],
}

export interface FileService extends RecordingClient {
  readonly emulator: Emulator
  readonly place: { readonly entitySet: string; readonly id: string; readonly column: string }
  /** What the emulator holds of a column. */
  stored(column: string): Promise<Buffer>
  close(): Promise<void>
}

export async function startFileService(options: EmulatorOptions = {}): Promise<FileService> {
  const emulator = await startEmulator({
    tables: [documents],
    rows: {
      new_documents: [{ new_documentid: documentId, name: 'D', new_code: 'D-1' }],
    },
    ...options,
  })
  const recording = createRecordingClient(emulator.url)
  return {
    ...recording,
    emulator,
    place: { entitySet: 'new_documents', id: documentId, column: 'new_file' },
    async stored(column) {
      const answer = await fetch(
        `${emulator.serviceRoot}/new_documents(${documentId})/${column}/$value?size=full`,
      )
      return Buffer.from(await answer.arrayBuffer())
    },
    async close() {
      await recording.client.close()
      await emulator.close()
    },
  }
}

/** Bytes that differ from place to place and from file to file. */
export function bytesOf(length: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 7 + (at >> 8) * 13 + seed) & 0xff
  return bytes
}

/** What begins like an image of 300 by 200 pixels. */
export function imageOf(length: number): Buffer {
  const image = bytesOf(length)
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(image)
  image.writeUInt32BE(300, 16)
  image.writeUInt32BE(200, 20)
  return image
}

export function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** In pieces of odd sizes, as a stream gives them. */
export async function* inPieces(bytes: Buffer, size = 77_777): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
