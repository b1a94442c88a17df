import { createClient, type DataverseClient, type OutgoingRequest } from '@deltaverse/client'
import { createVirtualClock } from '@deltaverse/testing'

/** A client that keeps what it was asked to send. */
export interface RecordingClient {
  readonly client: DataverseClient
  readonly clock: ReturnType<typeof createVirtualClock>
  /** Requests other than reads. */
  readonly writes: OutgoingRequest[]
  /** Bodies of the writes, as text. */
  bodies(): string[]
}

export function createRecordingClient(url: string): RecordingClient {
  const writes: OutgoingRequest[] = []
  const clock = createVirtualClock()
  const client = createClient({
    url,
    clock,
    random: () => 0.5,
    interceptors: [
      (next) => (request) => {
        if (request.method !== 'GET') writes.push(request)
        return next(request)
      },
    ],
  })
  return { client, clock, writes, bodies: () => writes.map(({ body }) => String(body)) }
}
