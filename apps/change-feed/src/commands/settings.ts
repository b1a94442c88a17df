import type { Cloud } from '@deltaverse/client/credentials'
import type { FileSinkOptions } from '@deltaverse/files'
import type { AuthName } from 'deltaverse/program'

export interface CommonSettings {
  /** Folder of data files and state files. */
  readonly out: string
  readonly json: boolean
  readonly trace: boolean
  readonly pageSize: number | undefined
  /** How long to wait for another process that works on the same files. */
  readonly lockWaitMs: number
  /** Reads in full although there is a checkpoint. */
  readonly restart: boolean
  /** Fewest bytes of rows between two commits within a read. */
  readonly commitBytes: number
  /** What the data files are. */
  readonly files: Pick<FileSinkOptions, 'mode' | 'compress'>
  /** The largest share of a table that one read may delete. */
  readonly maxDeleteShare: number
}

/** The demonstration on the embedded emulator. */
export interface DemoSettings extends CommonSettings {
  readonly kind: 'demo'
  /** Products in a new catalogue. */
  readonly products: number
  /** Folder of the emulator's state. */
  readonly state: string
}

/** The same job against a real environment. */
export interface SyncSettings extends CommonSettings {
  readonly kind: 'sync'
  readonly url: string
  /** Logical names or entity sets. */
  readonly tables: readonly string[]
  readonly select: readonly string[] | undefined
  readonly follow: { readonly minIntervalMs: number; readonly maxIntervalMs: number } | undefined
  readonly maxRecordBytes?: number | undefined
  readonly annotations: readonly string[] | undefined
  readonly concurrency: number
  readonly onMismatch: 'refuse' | 'reset'
  readonly auth: AuthName | undefined
  readonly tenantId: string | undefined
  readonly clientId: string | undefined
  readonly cloud: Cloud | undefined
  readonly allowInsecureHttp: boolean
}

export type Settings = DemoSettings | SyncSettings
