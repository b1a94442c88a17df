import type { FileOptions, ResolvedFiles } from './files/file-options.js'
import type { TextComparison } from './fold-text.js'
import type { LimitsOptions, ResolvedLimits } from './limits/limits-options.js'
import type { LinkOptions, ResolvedLinks } from './link-options.js'
import type { TableDefinition } from './schema/table-definition.js'
import type { ChangeTrackingOptions, ResolvedTracking } from './tracking/tracking-options.js'

/** Options of `startEmulator()`. */
export interface EmulatorOptions {
  /** TCP port; 0 takes a free one. Default: 0. */
  readonly port?: number | undefined
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string | undefined
  /** Tables to add to the standard ones, or to replace them by logical name. Default: none. */
  readonly tables?: readonly TableDefinition[] | undefined
  /** Rows to start with, by entity set, as Web API JSON. Ignored when the state directory holds a state. */
  readonly rows?: Readonly<Record<string, Iterable<Readonly<Record<string, unknown>>>>> | undefined
  /**
   * Columns of the organization to start with, as Web API JSON, such as `createproductswithoutparentinactivestate`.
   * Default: those of a new environment.
   */
  readonly organization?: Readonly<Record<string, unknown>> | undefined
  /** Folder that keeps the state across restarts and kills. Default: none, everything is in memory only. */
  readonly stateDirectory?: string | undefined
  /** Service protection limits; `{}` for those of the service. Default: none. */
  readonly limits?: LimitsOptions | undefined
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly clock?: (() => number) | undefined
  /** Seed of the GUIDs that the service makes. Default: 1. */
  readonly seed?: number | undefined
  /** Whether an `Authorization` header is accepted; `false` answers 401. Default: everything is. */
  readonly authorize?: ((authorization: string | undefined) => boolean) | undefined
  /** Whether a request without an `Authorization` header is answered with 401. Default: `false`. */
  readonly requireAuthorization?: boolean | undefined
  readonly changeTracking?: ChangeTrackingOptions | undefined
  /** Rows in a page at most, and by default. Default: 5000; elastic tables have 500. */
  readonly maxPageSize?: number | undefined
  readonly links?: LinkOptions | undefined
  /**
   * Errors as today (`hex`), with an empty code as in old editions (`empty-code`), or with the `innererror` of
   * on-premises servers (`inner-error`). Default: `hex`.
   */
  readonly errorBody?: 'hex' | 'empty-code' | 'inner-error' | undefined
  /**
   * The code of the error for a property that is not there, or is written in another case. Documented for `$select`, the
   * others are taken to be the same. Default: `0x0`.
   */
  readonly unknownPropertyCode?: '0x0' | '0x80060888' | undefined
  /**
   * Whether `Microsoft.Dynamics.CRM.In` and its like take numbers in `PropertyValues`, which are texts. Refused in the
   * field, with which code is not known. Default: `refused`.
   */
  readonly numbersInFilterLists?: 'refused' | 'taken' | undefined
  /** Whether `/$count` answers begin with a UTF-8 byte order mark, as the service's do. Default: `true`. */
  readonly countByteOrderMark?: boolean | undefined
  /** Whether responses are compressed when the request accepts gzip or br. Default: `true`. */
  readonly compression?: boolean | undefined
  /** Largest request body in bytes. Default: 122,526,105 (116.85 MB). */
  readonly maxRequestBytes?: number | undefined
  readonly files?: FileOptions | undefined
  /**
   * How the index of a new alternate key is built: at once, or one step with each `advanceKeyIndexes()`, so that the
   * key can be seen `Pending` and `InProgress`. Default: `immediate`.
   */
  readonly keyIndexing?: 'immediate' | 'stepwise' | undefined
  /**
   * Milliseconds of the clock after which such a step happens by itself, looked at with each request. Default: never.
   */
  readonly keyIndexingStepMs?: number | undefined
  /**
   * How system jobs, of which there is `BulkDelete`, run: at once after the answer to the request that began them, or one
   * step with each `advanceJobs()`, so that they can be seen waiting and running. Default: `immediate`.
   */
  readonly jobs?: 'immediate' | 'stepwise' | undefined
  /**
   * How texts compare, which follows from the language of an environment: most ignore case and accents, some only case.
   * It holds for alternate keys, filters and orders; `exact` for keys alone. Default: `accent-insensitive`.
   */
  readonly keyComparison?: TextComparison | undefined
  /**
   * What `nav@odata.bind: null` does: it `clears` the look-up, as documented and measured; three reports saw it `ignored`
   * or `refused`. Default: `clears`.
   */
  readonly nullBind?: 'clears' | 'ignored' | 'refused' | undefined
  /**
   * Whether the owner and the regarding row of an activity stand among its parties, as rows that the service keeps
   * itself (`participationtypemask` 9 and 8); not documented. Default: `shown`.
   */
  readonly impliedParties?: 'shown' | 'absent' | undefined
  /** Status when a row bound by `@odata.bind` does not exist; not documented. Default: 404. */
  readonly missingBindStatus?: 400 | 404 | undefined
  /**
   * Status when a row is added to a many-to-many collection that it is in already; not documented. Default: 412, with
   * the code of duplicates.
   */
  readonly existingLinkStatus?: 204 | 412 | undefined
  /** Status when a row is removed from a collection that it is not in; not documented. Default: 404. */
  readonly missingLinkStatus?: 204 | 404 | undefined
  /**
   * Requests in a `$batch` at most. Default: 1000 (Microsoft Learn, "Execute batch operations using the Web API"); 250
   * was seen in the field at times.
   */
  readonly maxBatchOperations?: number | undefined
  /**
   * Whether the answer to a `$batch` that stopped at a failing part shows the parts before it; not documented. Default:
   * `kept`.
   */
  readonly batchAnswersBeforeFailure?: 'kept' | 'dropped' | undefined
  /** Entries that `history()` keeps. Default: no limit. */
  readonly historyLimit?: number | undefined
  /** Entries that `requests` keeps. Default: 1000. */
  readonly requestLogLimit?: number | undefined
  /** Journal size in bytes at which the state directory is compacted. Default: 16 MiB. */
  readonly compactAfterBytes?: number | undefined
  /** Waits out latency faults. Default: a timer. */
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

type Complete<T> = { readonly [Name in keyof T]-?: Exclude<T[Name], undefined> }

/** {@link EmulatorOptions} with its defaults. */
export interface ResolvedOptions
  extends Complete<
    Omit<EmulatorOptions, 'changeTracking' | 'files' | 'limits' | 'links' | 'stateDirectory'>
  > {
  readonly changeTracking: ResolvedTracking
  readonly files: ResolvedFiles
  readonly links: ResolvedLinks
  readonly limits: ResolvedLimits | undefined
  readonly stateDirectory: string | undefined
}
