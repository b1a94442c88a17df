/** What every way of running takes. */
export interface CommonSettings {
  readonly json: boolean
  readonly dryRun: boolean
  readonly deactivate: boolean
  readonly maxDeleteShare: number
  readonly scope: string | undefined
  readonly batchSize: number
  readonly deadLetters: string | undefined
}

/** The example on the embedded emulator. */
export interface DemoSettings extends CommonSettings {
  readonly kind: 'demo'
  readonly products: number
  readonly night: number
  /** Folder of the emulator's state; `undefined` keeps it in memory. */
  readonly state: string | undefined
  /** Folder of the night's file. */
  readonly out: string
}

/** A file against an environment. */
export interface SyncSettings extends CommonSettings {
  readonly kind: 'sync' | 'replay'
  readonly url: string
  /** The ERP's file, or the dead letters. */
  readonly file: string
  readonly allowInsecureHttp: boolean
}

export type Settings = DemoSettings | SyncSettings
