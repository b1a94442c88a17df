import type { Table } from './table.js'
import type { VariantName } from './variants/load-variant.js'

export type Wire = 'http' | 'https' | 'https + gzip'

/** One line of the report: a variant against a table. */
export interface Case {
  readonly variant: VariantName
  readonly wire: Wire
  readonly pageSize: number
  readonly pages: number
  /** Default: the server holds the pages. */
  readonly onTheFly?: boolean
}

const pageSize = 5_000

/** Ways to write NDJSON files that outlive a crash, and the same without the disk in it. */
export const syncsToNdjson = ['sync to NDJSON', 'sync to NDJSON, no fsync'] as const
/** Measured over one wire, for information. */
const otherSyncs: readonly VariantName[] = ['sync to NDJSON, gzip', 'sync to NDJSON, mirror']
const readers: readonly VariantName[] = [
  'download',
  'download to file',
  'download to file, fsync',
  'feed, changes()',
  'feed, batches()',
  'feed, batches() to NDJSON',
  'feed, changes() to NDJSON',
  ...syncsToNdjson,
  'undici + JSON.parse',
]
const peers: readonly VariantName[] = ['dynamics-web-api', 'dynamics-web-api to NDJSON']
const measuredForMemory: readonly VariantName[] = [
  'feed, changes()',
  'feed, batches() to NDJSON',
  'sync to NDJSON',
]

/** What is compared for speed. dynamics-web-api neither asks for gzip nor inflates, so over TLS it reads plain bodies. */
export function speedCases(pages: number): readonly Case[] {
  const over = (wire: Wire, variants: readonly VariantName[]): Case[] =>
    variants.map((variant) => ({ variant, wire, pageSize, pages }))
  return [
    ...over('http', [...readers, ...otherSyncs, ...peers]),
    ...over('https + gzip', readers),
    ...over('https', peers),
  ]
}

/** What is watched for memory: few rows, and many in pages ten times as large; those in pages of 5,000 are among the speed runs. */
export function memoryCases(quick: boolean): readonly Case[] {
  const tables = quick
    ? [{ pageSize: 50_000, pages: 2 }]
    : [
        { pageSize, pages: 2 },
        { pageSize: 50_000, pages: 4 },
      ]
  return tables.flatMap((table) =>
    (['http', 'https + gzip'] as const).flatMap((wire) =>
      measuredForMemory.map((variant) => ({ variant, wire, ...table })),
    ),
  )
}

export function tableOf({ wire, pageSize, pages, onTheFly = false }: Case): Table {
  const transport = wire === 'http' ? 'http' : 'https'
  return { transport, gzip: wire === 'https + gzip', pageSize, pages, onTheFly }
}
