import { ServiceError } from '../http/service-error.js'
import type { ByteRange } from './content-range.js'

/** The column of a row that a file goes to. */
export interface FilePlace {
  readonly table: string
  readonly rowId: string
  readonly column: string
}

/** An upload in pieces that has begun. */
export interface UploadSession {
  readonly place: FilePlace
  readonly fileName: string
  /** Pieces by name: block ids, or where a chunk begins. */
  readonly pieces: Map<string, Buffer>
  /** As the chunks tell it. */
  size: number | undefined
  /** Whether the file is stored. */
  isDone: boolean
}

/** The uploads and downloads that have begun; they do not outlive the process. */
export interface UploadSessions {
  begin(token: string, place: FilePlace, fileName: string): UploadSession
  /** @throws ServiceError 400 for a token that belongs to none, or to another place. */
  find(token: unknown, place?: FilePlace): UploadSession
  end(token: string): void
}

/** Creates an empty set of sessions. */
export function createUploadSessions(): UploadSessions {
  const sessions = new Map<string, UploadSession>()
  return {
    begin(token, place, fileName) {
      const session: UploadSession = { place, fileName, pieces: new Map(), size: undefined, isDone: false }
      sessions.set(token, session)
      return session
    },
    find(token, place) {
      const session = typeof token === 'string' ? sessions.get(token) : undefined
      const fits =
        place === undefined ||
        (session?.place.table === place.table &&
          session.place.rowId === place.rowId &&
          session.place.column === place.column)
      if (session === undefined || !fits) {
        throw new ServiceError(
          400,
          '0x80040203',
          'The token belongs to no upload or download of this column.',
        )
      }
      return session
    },
    end(token) {
      sessions.delete(token)
    },
  }
}

/** The whole file, once its chunks leave no gap. */
export function joinChunks({ pieces, size }: UploadSession): Buffer | undefined {
  const chunks = [...pieces].map(([first, bytes]) => ({ first: Number(first), bytes }))
  chunks.sort((a, b) => a.first - b.first)
  let end = 0
  for (const { first, bytes } of chunks) {
    if (first > end) return undefined
    end = Math.max(end, first + bytes.length)
  }
  if (end !== size) return undefined
  const whole = Buffer.alloc(size)
  for (const { first, bytes } of chunks) bytes.copy(whole, first)
  return whole
}

/** Whether a chunk has come before. */
export function hasChunk({ pieces }: UploadSession, { first }: ByteRange): boolean {
  return pieces.has(String(first))
}
