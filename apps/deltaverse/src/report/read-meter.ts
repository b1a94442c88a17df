import type { DataverseClient } from '@deltaverse/client'
import type { SyncEvent } from '@deltaverse/sync'
import { kindOfRequest, type RequestCountsByKind, type RequestKind } from './request-kinds.js'
import type { ReadFigures } from './table-report.js'

/** Adds up what a read takes. */
export interface ReadMeter {
  /** The same client, with its requests counted. */
  count(client: DataverseClient): DataverseClient
  note(notice: SyncEvent): void
  figures(): ReadFigures
  /** Its requests by what they are for, repetitions left out. */
  kinds(): RequestCountsByKind
}

export function createReadMeter(now: () => number): ReadMeter {
  const beganAtMs = now()
  let rows = 0
  let deletions = 0
  let pages = 0
  let requests = 0
  let bytes = 0
  const kinds = new Map<RequestKind, number>()
  return {
    count: (client) => ({
      ...client,
      request(request, call) {
        requests += 1
        const kind = kindOfRequest(request.method, request.path)
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        return client.request(request, call)
      },
    }),
    note(notice) {
      if (notice.kind === 'changes') {
        rows += notice.upserted
        deletions += notice.deleted
      } else if (notice.kind === 'page') {
        pages += 1
        bytes += notice.bytesReceived
      }
    },
    kinds: () => Object.fromEntries(kinds),
    figures: () => ({ rows, deletions, pages, requests, bytes, seconds: (now() - beganAtMs) / 1000 }),
  }
}
