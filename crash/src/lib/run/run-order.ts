import type { ConnectorSettings } from '@deltaverse/core'
import type { CrashPoint } from '../failpoints.js'
import type { Freeze, Scenario, Turn } from '../scenario.js'
import type { PlantName } from './plants.js'

/** Everything that one run has to know, as plain JSON: it may go to another process. */
export interface RunOrder {
  readonly url: string
  readonly directory: string
  /** Folder of the fingerprint store, on this machine's disk always: its store brings its own way to files. */
  readonly fingerprintDirectory: string
  readonly sink: Scenario['sink']
  /** What the connector of the sink is told. */
  readonly settings: ConnectorSettings
  readonly feed: Scenario['feed']
  readonly commitBytes: number
  readonly selection: Turn['selection']
  readonly restart: boolean
  /** Name of the environment; absent when the sync is not told. */
  readonly environmentId?: string
  /** Milliseconds since the epoch at which the run begins. */
  readonly nowMs: number
  /** Seed of what the client draws by lot. */
  readonly seed: number
  readonly crash?: CrashPoint
  /** A step where the run stands still, while another process tries to do the same. */
  readonly rival?: CrashPoint
  /** It does not die at that point: it freezes there, another takes over, and it wakes. */
  readonly freeze?: Freeze
  /** Whether the trace tells of every operation on files too. */
  readonly detailed?: boolean
  /** Name of a bug to plant, see `plants.ts`. */
  readonly plant?: PlantName
}
