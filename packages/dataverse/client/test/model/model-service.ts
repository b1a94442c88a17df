import type { EventClock } from './event-clock.js'

/** A service with the documented limits, as a model: sliding windows for each server, sharing of processors, a dop hint. */
export interface ModelService {
  /** Resolves when the request is done or refused. */
  send(rows: number): Promise<ModelAnswer>
  readonly totals: { rows: number; requests: number; refused: number; mostAtATime: number }
  /** What `x-ms-dop-hint` says from now on. */
  hint: number | undefined
  /** Requests that one server works on at full speed; more of them slow each other down. */
  saturatesAt: number
}

interface ModelAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly serviceCode?: string
  readonly message?: string
  readonly retryAfterMs?: number
}

export interface ModelOptions {
  readonly clock: EventClock
  readonly random: () => number
  readonly servers?: number
  readonly saturatesAt?: number
  readonly hint?: number | undefined
  readonly fixedMs?: number
  readonly msPerRow?: number
  readonly limits?: { requests?: number; executionMs?: number; windowMs?: number; concurrent?: number }
}

const secondsFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

interface Job {
  leftMs: number
  readonly startedMs: number
  readonly rows: number
  readonly done: (answer: ModelAnswer) => void
}

export function createModelService(options: ModelOptions): ModelService {
  const { clock, random } = options
  const limits = {
    requests: 6_000,
    executionMs: 1_200_000,
    windowMs: 300_000,
    concurrent: 52,
    ...options.limits,
  }
  const totals = { rows: 0, requests: 0, refused: 0, mostAtATime: 0 }
  const service: ModelService = {
    send,
    totals,
    hint: options.hint,
    saturatesAt: options.saturatesAt ?? Number.POSITIVE_INFINITY,
  }
  const servers = Array.from({ length: options.servers ?? 1 }, () => createServer())

  // Box-Muller: the time of a request scatters by a quarter.
  function noise(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    return Math.max(0.3, 1 + 0.25 * radius * Math.cos(2 * Math.PI * random()))
  }

  function createServer() {
    const jobs = new Set<Job>()
    // Sums for each second, so that a window costs the same however full it is.
    const seconds: { atMs: number; requests: number; executionMs: number }[] = []
    const used = { requests: 0, executionMs: 0 }
    let blockedUntilMs = 0
    let updatedMs = 0
    let cancelNext = (): void => {}

    function speed(): number {
      return Math.min(1, service.saturatesAt / Math.max(1, jobs.size))
    }
    function slide(): void {
      const fromMs = clock.now() - limits.windowMs
      for (let first = seconds[0]; first !== undefined && first.atMs <= fromMs; first = seconds[0]) {
        seconds.shift()
        used.requests -= first.requests
        used.executionMs -= first.executionMs
      }
    }
    function book(requests: number, executionMs: number): void {
      const atMs = Math.floor(clock.now() / 1_000) * 1_000
      let last = seconds.at(-1)
      if (last?.atMs !== atMs) {
        last = { atMs, requests: 0, executionMs: 0 }
        seconds.push(last)
      }
      last.requests += requests
      last.executionMs += executionMs
      used.requests += requests
      used.executionMs += executionMs
    }
    function progress(): void {
      const passedMs = (clock.now() - updatedMs) * speed()
      updatedMs = clock.now()
      for (const job of jobs) job.leftMs -= passedMs
    }
    function planNext(): void {
      cancelNext()
      let least = Number.POSITIVE_INFINITY
      for (const job of jobs) least = Math.min(least, job.leftMs)
      if (jobs.size > 0) cancelNext = clock.at(clock.now() + Math.max(0, least) / speed(), finish)
    }
    function finish(): void {
      progress()
      for (const job of jobs) {
        if (job.leftMs > 1e-6) continue
        jobs.delete(job)
        book(0, clock.now() - job.startedMs)
        totals.rows += job.rows
        job.done({ status: 200, headers: headers() })
      }
      planNext()
    }
    function headers(): Record<string, string> {
      slide()
      return {
        ...(service.hint === undefined ? {} : { 'x-ms-dop-hint': String(service.hint) }),
        'x-ms-ratelimit-burst-remaining-xrm-requests': String(Math.max(0, limits.requests - used.requests)),
        'x-ms-ratelimit-time-remaining-xrm-requests': secondsFormat.format(
          Math.max(0, limits.executionMs - used.executionMs) / 1_000,
        ),
      }
    }
    function refusal(): ModelAnswer | undefined {
      slide()
      const nowMs = clock.now()
      if (jobs.size >= limits.concurrent) {
        const message = `Number of concurrent requests exceeded the limit of ${limits.concurrent}.`
        return { status: 429, headers: {}, serviceCode: '0x80072326', message, retryAfterMs: 380_000 }
      }
      const overRequests = used.requests >= limits.requests
      if (!overRequests && used.executionMs < limits.executionMs && nowMs >= blockedUntilMs) return undefined
      // Sending on while refused makes the wait longer.
      blockedUntilMs = nowMs < blockedUntilMs ? blockedUntilMs + 1_000 : nowMs + Math.max(1_000, untilFree())
      return {
        status: 429,
        headers: {},
        serviceCode: overRequests ? '0x80072322' : '0x80072321',
        message: overRequests
          ? `Number of requests exceeded the limit of ${limits.requests} over time window of ${limits.windowMs / 1_000} seconds.`
          : `Combined execution time of incoming requests exceeded limit of ${limits.executionMs} milliseconds over time window of ${limits.windowMs / 1_000} seconds.`,
        retryAfterMs: Math.ceil((blockedUntilMs - nowMs) / 1_000) * 1_000,
      }
    }
    function untilFree(): number {
      let { requests, executionMs } = used
      for (const second of seconds) {
        requests -= second.requests
        executionMs -= second.executionMs
        if (requests < limits.requests && executionMs < limits.executionMs)
          return second.atMs + limits.windowMs - clock.now() + 1
      }
      return limits.windowMs
    }
    return {
      send(rows: number): Promise<ModelAnswer> {
        const refused = refusal()
        if (refused !== undefined) {
          totals.refused++
          return Promise.resolve(refused)
        }
        book(1, 0)
        return new Promise((done) => {
          progress()
          const leftMs = ((options.fixedMs ?? 20) + (options.msPerRow ?? 2) * rows) * noise()
          jobs.add({ leftMs, startedMs: clock.now(), rows, done })
          totals.mostAtATime = Math.max(totals.mostAtATime, jobs.size)
          planNext()
        })
      },
    }
  }

  async function send(rows: number): Promise<ModelAnswer> {
    totals.requests++
    const server = servers[Math.floor(random() * servers.length)] as ReturnType<typeof createServer>
    return server.send(rows)
  }

  return service
}
