import { type Clock, systemClock } from '@deltaverse/core'
import type { MetadataReader } from '@deltaverse/metadata'
import type { TextComparison } from '@deltaverse/values'
import { checkChoice, checkCount, checkDuration } from '../options/check-option.js'

export interface KeyResolverOptions {
  /** Where table definitions come from. Default: a reader of its own. */
  readonly metadata?: MetadataReader | undefined
  /** Keys remembered; the least recently used go first. About 300 bytes each. Default: 100,000. */
  readonly maxEntries?: number | undefined
  /** How long a found row is remembered, in milliseconds. 0 remembers nothing. Default: 600,000 (ten minutes). */
  readonly ttlMs?: number | undefined
  /** How long it is remembered that there is no row, or more than one, in milliseconds. Default: 60,000. */
  readonly missTtlMs?: number | undefined
  /** Queries at a time. Default: 4. */
  readonly concurrency?: number | undefined
  /** Most keys in one query, besides what the length of a URL and the 500 conditions of a filter allow. Default: 1,000. */
  readonly maxKeysPerRequest?: number | undefined
  /** Characters of a URL; the service takes 32,768 of a GET. Default: 32,000. */
  readonly maxUrlLength?: number | undefined
  /**
   * What `address()` does with a key that is not Active, or holds characters that the service does not take in an address
   * (`/ < > * % & : \ ? + #`): `look-up` the GUID by a query, or `refuse`. Default: `look-up`.
   */
  readonly notAddressable?: 'look-up' | 'refuse' | undefined
  /**
   * How what was found is recognized. Most databases of Dataverse ignore case and accents (Microsoft Learn: Language collations);
   * where yours does not, the default still finds what is there and nothing else, because keys that differ in these only are asked
   * for apart. Default: `ignore-case-and-accents`.
   */
  readonly textComparison?: TextComparison | undefined
  /** Default: the machine's time. */
  readonly clock?: Pick<Clock, 'now'> | undefined
}

/** {@link KeyResolverOptions} with its defaults. */
export interface ResolvedKeyResolverOptions {
  readonly maxEntries: number
  readonly ttlMs: number
  readonly missTtlMs: number
  readonly concurrency: number
  readonly maxKeysPerRequest: number
  readonly maxUrlLength: number
  readonly notAddressable: 'look-up' | 'refuse'
  readonly textComparison: TextComparison
  readonly clock: Pick<Clock, 'now'>
}

/** @throws RangeError or TypeError for an option out of its range */
export function resolveKeyResolverOptions(options: KeyResolverOptions): ResolvedKeyResolverOptions {
  const maxUrlLength = checkCount('maxUrlLength', options.maxUrlLength ?? 32_000)
  if (maxUrlLength > 32_768 || maxUrlLength < 1_000) {
    throw new RangeError(`maxUrlLength must be from 1,000 to 32,768, received ${maxUrlLength}`)
  }
  return {
    maxEntries: checkCount('maxEntries', options.maxEntries ?? 100_000),
    ttlMs: checkDuration('ttlMs', options.ttlMs ?? 600_000),
    missTtlMs: checkDuration('missTtlMs', options.missTtlMs ?? 60_000),
    concurrency: checkCount('concurrency', options.concurrency ?? 4),
    maxKeysPerRequest: checkCount('maxKeysPerRequest', options.maxKeysPerRequest ?? 1_000),
    maxUrlLength,
    notAddressable: checkChoice('notAddressable', options.notAddressable ?? 'look-up', ['look-up', 'refuse']),
    textComparison: checkChoice('textComparison', options.textComparison ?? 'ignore-case-and-accents', [
      'ignore-case',
      'ignore-case-and-accents',
      'exact',
    ]),
    clock: options.clock ?? systemClock,
  }
}
