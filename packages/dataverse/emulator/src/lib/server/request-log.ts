/** A request that was answered. */
export interface LoggedRequest {
  readonly method: string
  readonly url: string
  /** 0 when the connection was dropped instead. */
  readonly status: number
  /** Names in lower case; without `Authorization` and cookies. */
  readonly headers: Readonly<Record<string, string>>
  /** For a `$batch` that was answered part by part: the requests in it that ran. */
  readonly parts?: readonly LoggedRequest[]
}

/** The last requests, and how many there were. */
export interface RequestLog {
  add(request: LoggedRequest): void
  readonly entries: readonly LoggedRequest[]
  readonly count: number
}

/** Keeps the newest `limit` requests. */
export function createRequestLog(limit: number): RequestLog {
  let entries: LoggedRequest[] = []
  let count = 0
  return {
    add(request) {
      count += 1
      if (limit === 0) return
      entries.push(request)
      // Trimmed in bulk, so that adding stays cheap.
      if (entries.length > limit * 2) entries = entries.slice(-limit)
    },
    get entries() {
      return entries.slice(-limit || entries.length)
    },
    get count() {
      return count
    },
  }
}
