import type { ConnectorSettings } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import type { SinkView, VersionBook } from '@deltaverse/testing/crash'
import type { SinkPlan } from '../scenario.js'

/** How the sink of one connector is crashed: what it stands on, and how somebody looks at it who has none of its code. */
export interface CrashTarget {
  /** Whether the sink stands on our files, so that the power of their disk can be cut; otherwise on a system of its own. */
  readonly standsOnFiles: boolean
  /** Starts what all seeds share, such as a server. */
  start(): Promise<CrashHost>
}

export interface CrashHost {
  /** What the connector is told to keep the rows of a seed. */
  settings(place: CrashPlace): ConnectorSettings
  /** Looks at everything that the sink keeps, at any moment. */
  look(place: CrashPlace, book: VersionBook): Promise<SinkView>
  /** Removes what the seed left. */
  forget(place: CrashPlace): Promise<void>
  stop(): Promise<void>
}

/** Where the rows of a seed are. */
export interface CrashPlace {
  readonly seed: number
  readonly plan: SinkPlan
  /** Folder of the machine. */
  readonly directory: string
  /** The disk of the machine as it is now. */
  files(): Files
}
