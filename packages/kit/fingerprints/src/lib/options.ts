export interface FingerprintsOptions {
  /** Directory of this fingerprint store alone, one for each table; made when it is missing. */
  readonly directory: string
  /**
   * How many of the last commits it can be opened at. A sync needs two, as it saves its state behind every commit; raise it for a
   * caller that commits more often than it saves. At least 2. Default: 16.
   */
  readonly keptCommits?: number | undefined
  /** Rows recorded or removed that are held in memory before they are written, about 300 bytes each. Default: 20,000. */
  readonly maxPendingRows?: number | undefined
  /** Bytes of memory for the store's cache, and again, up to twice, for what it has not sorted into files yet. Default: 16 MiB. */
  readonly cacheBytes?: number | undefined
}

/** The options with their defaults. */
export interface FingerprintSettings {
  readonly directory: string
  readonly keptCommits: number
  readonly maxPendingRows: number
  readonly cacheBytes: number
}

/** @throws TypeError that names the option */
export function resolveOptions({
  directory,
  keptCommits = 16,
  maxPendingRows = 20_000,
  cacheBytes = 16 * 1024 * 1024,
}: FingerprintsOptions): FingerprintSettings {
  if (typeof directory !== 'string' || directory === '') {
    throw new TypeError(`Expected \`directory\` to be a path, got ${JSON.stringify(directory)}`)
  }
  checkAtLeast('keptCommits', keptCommits, 2)
  checkAtLeast('maxPendingRows', maxPendingRows, 1)
  checkAtLeast('cacheBytes', cacheBytes, 64 * 1024)
  return { directory, keptCommits, maxPendingRows, cacheBytes }
}

function checkAtLeast(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new TypeError(`Expected \`${name}\` to be a whole number of at least ${least}, got ${value}`)
}
