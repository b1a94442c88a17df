import { findCase } from './find-case.js'
import { syncsToNdjson, type Wire } from './plan.js'
import { type CaseResult, speedRatio } from './result.js'
import type { VariantName } from './variants/load-variant.js'

export interface Comparison {
  readonly other: VariantName
  readonly wire: Wire
  /** How many times as fast as the other each of {@link syncsToNdjson} was. */
  readonly ratios: readonly string[]
}

const others = {
  http: [
    'download to file',
    'download to file, fsync',
    'feed, batches() to NDJSON',
    'dynamics-web-api to NDJSON',
  ],
  'https + gzip': ['download to file', 'download to file, fsync', 'feed, batches() to NDJSON'],
} as const satisfies Partial<Record<Wire, readonly VariantName[]>>

/** NDJSON files by sync beside the floors, the plain NDJSON file and the peer. */
export function comparisons(speed: readonly CaseResult[]): readonly Comparison[] {
  return (['http', 'https + gzip'] as const).flatMap((wire) =>
    others[wire].map((other) => ({
      other,
      wire,
      ratios: syncsToNdjson.map((variant) =>
        speedRatio(findCase(speed, variant, wire), findCase(speed, other, wire)).toFixed(2),
      ),
    })),
  )
}
