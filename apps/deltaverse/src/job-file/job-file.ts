import type { ChangeFeedOptions, UpsertWriterOptions } from '@deltaverse/dataverse'
import type { NetworkSettings } from '../environment/open-dispatcher.js'
import type { EnvironmentSettings } from '../environment/open-environment.js'
import type { ColumnMapping } from '../push/column-mapping.js'

/** What a job file says, checked, with the values of the environment put in. Paths are those of the file's folder. */
export interface JobFile {
  readonly connections: Readonly<Record<string, ConnectionEntry>>
  readonly jobs: Readonly<Record<string, JobEntry>>
  readonly limits?: JobLimits
}

/** What may be taken at a time. */
interface JobLimits {
  readonly jobs?: number
  /** To one environment. */
  readonly requests?: number
  /** Of the limits of the service. */
  readonly share?: number
  readonly tables?: number
}

/** `dataverse` and its sign-in, or the name of a connector, its address, and its options. */
type ConnectionEntry = Readonly<Record<string, unknown>>

export type JobEntry = PullEntry | PushEntry

/** Options of a feed, by the names of the package. */
export type FeedTerms = Omit<
  ChangeFeedOptions,
  'entitySet' | 'select' | 'checkpoint' | 'restart' | 'onEvent' | 'clock' | 'random'
>

/** Options of a writer, by the names of the package. */
export type WriterTerms = Omit<UpsertWriterOptions, 'entitySet' | 'key' | 'keyOf' | 'operation'>

interface CommonEntry {
  /** Jobs that have to be done before this one. */
  readonly after?: readonly string[]
  readonly maxDeleteShare?: number
  /** `15m` */
  readonly every?: string
  readonly cron?: string | { readonly at: string; readonly timeZone?: string }
}

/** One table of a pull, or a query in its place. */
type TableTerms = FeedTerms & {
  readonly columns?: readonly string[]
  readonly query?: string
  /** A file. */
  readonly fetchXml?: string
}

export interface PullEntry extends CommonEntry {
  readonly pull: FeedTerms & {
    readonly from: string
    readonly tables: Readonly<Record<string, TableTerms | null>>
    readonly concurrency?: number
    readonly commitBytes?: number
    readonly lockWaitSeconds?: number
  }
  /** A connection, or a connector with its address and options. */
  readonly to: string | Readonly<Record<string, unknown>>
}

export interface PushEntry extends CommonEntry {
  readonly push: WriterTerms & {
    readonly from: Readonly<Record<string, unknown>>
    readonly to: string
    readonly table: string
    readonly key: string | readonly string[]
    readonly operation?: 'upsert' | 'create' | 'update'
  }
  readonly columns?: Readonly<Record<string, ColumnEntry>>
  readonly missing?: 'ignore' | 'deactivate' | 'delete'
  readonly deadLetters?: string
  readonly state?: string
  readonly empty?: 'null' | 'skip' | 'refuse'
  readonly decimal?: ',' | '.'
  readonly dateFormat?: string
  readonly timeZone?: string
}

/** The source's column, or that and how it is read. */
export type ColumnEntry =
  | string
  | (Omit<ColumnMapping, 'column' | 'find'> & { readonly find?: string; readonly label?: boolean })

/** What the sign-in of a connection may say. */
export interface EnvironmentEntry extends Omit<EnvironmentSettings, 'url' | keyof NetworkSettings> {
  readonly dataverse: string
  readonly ca?: string
  readonly connectTimeoutSeconds?: number
  readonly headersTimeoutSeconds?: number
  readonly bodyTimeoutSeconds?: number
}

export function isPull(job: JobEntry): job is PullEntry {
  return 'pull' in job
}
