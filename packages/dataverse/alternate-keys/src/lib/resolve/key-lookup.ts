import type { TypedKey } from '@deltaverse/values'

/** What the service knows of a key: no row, one, or several. */
export type FoundIds = readonly string[]

/** Finds the rows of typed keys; gathers the calls of one tick. */
export interface KeyLookup {
  /** Ids of the rows that have the key. Callers that ask for one key at the same time share the answer. */
  find(key: TypedKey, signal?: AbortSignal | undefined): Promise<FoundIds>
}

/** Sends one gathered group: keys of one table and one set of columns, none twice. */
export type SendGroup = (keys: readonly TypedKey[], run: RunQueries) => void

/** Runs the query for some keys of a group; the answer is by {@link identityOf}, and a key left out of it has no row. */
export type RunQueries = (
  keys: readonly TypedKey[],
  query: (signal: AbortSignal) => Promise<ReadonlyMap<string, FoundIds>>,
) => void

interface Entry {
  readonly id: string
  readonly key: TypedKey
  readonly promise: Promise<FoundIds>
  readonly resolve: (found: FoundIds) => void
  readonly reject: (error: unknown) => void
  waiting: number
  settled: boolean
  run: Run | undefined
}

interface Run {
  readonly controller: AbortController
  readonly entries: readonly Entry[]
}

/** Text that tells keys apart: table, columns, values. */
export function identityOf({ table, columns, identity }: TypedKey): string {
  return `${table.logicalName}(${columns.join(',')})${identity}`
}

/**
 * Creates a lookup on top of a function that sends groups. A query is aborted when nobody waits for any of its keys.
 */
export function createKeyLookup(sendGroup: SendGroup): KeyLookup {
  const underWay = new Map<string, Entry>()
  let gathered: Entry[] = []

  function flush(): void {
    const entries = gathered.filter((entry) => entry.waiting > 0)
    gathered = []
    const groups = new Map<string, Entry[]>()
    for (const entry of entries) {
      const group = `${entry.key.table.logicalName}(${entry.key.columns.join(',')})`
      const members = groups.get(group) ?? []
      members.push(entry)
      groups.set(group, members)
    }
    for (const members of groups.values()) {
      sendGroup(
        members.map(({ key }) => key),
        (keys, query) => void start(keys, query),
      )
    }
  }

  async function start(
    keys: readonly TypedKey[],
    query: (signal: AbortSignal) => Promise<ReadonlyMap<string, FoundIds>>,
  ): Promise<void> {
    const entries = keys.flatMap((key) => underWay.get(identityOf(key)) ?? [])
    const run: Run = { controller: new AbortController(), entries }
    for (const entry of entries) entry.run = run
    try {
      const found = await query(run.controller.signal)
      for (const entry of entries) settle(entry, () => entry.resolve(found.get(entry.id) ?? []))
    } catch (error) {
      for (const entry of entries) settle(entry, () => entry.reject(error))
    }
  }

  function settle(entry: Entry, act: () => void): void {
    entry.settled = true
    if (underWay.get(entry.id) === entry) underWay.delete(entry.id)
    act()
  }

  function leave(entry: Entry): void {
    entry.waiting -= 1
    if (entry.waiting > 0 || entry.settled) return
    const { run } = entry
    if (run === undefined) underWay.delete(entry.id)
    else if (run.entries.every((each) => each.waiting === 0)) {
      for (const each of run.entries) if (underWay.get(each.id) === each) underWay.delete(each.id)
      run.controller.abort(new DOMException('Nobody waits any more', 'AbortError'))
    }
  }

  function enter(key: TypedKey): Entry {
    const id = identityOf(key)
    const known = underWay.get(id)
    if (known !== undefined) return known
    const entry = createEntry(id, key)
    underWay.set(id, entry)
    if (gathered.length === 0) setImmediate(flush)
    gathered.push(entry)
    return entry
  }

  return {
    find(key, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason)
      const entry = enter(key)
      entry.waiting += 1
      if (signal === undefined) return entry.promise
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          reject(signal.reason)
          leave(entry)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        entry.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
      })
    },
  }
}

function createEntry(id: string, key: TypedKey): Entry {
  let settleBy: Pick<Entry, 'resolve' | 'reject'> = { resolve: () => {}, reject: () => {} }
  const promise = new Promise<FoundIds>((resolve, reject) => {
    settleBy = { resolve, reject }
  })
  // Nobody may be left to hear of a failure.
  promise.catch(() => {})
  return { id, key, promise, ...settleBy, waiting: 0, settled: false, run: undefined }
}
