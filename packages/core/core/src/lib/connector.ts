import type { OptionRow } from '@deltaverse/options'
import type { TableSchema } from '@deltaverse/schema'
import type { CallOptions } from './call-options.js'
import type { Checkpoint } from './checkpoint.js'
import type { ConnectorSettings } from './connector-settings.js'
import type { CheckpointStore, PatchableSink, ReadableSink, Sink, TransactionalSink } from './sink.js'
import type { SinkMode } from './sink-mode.js'
import type { SinkTesting } from './sink-testing.js'
import type { Source } from './source.js'

/**
 * What a connector is and what it can: everything that a program has to know to offer it. It is plain to look at; nothing of
 * the system behind it is loaded before `open`.
 */
export interface Connector {
  /** As its folder and as it is chosen: `files`. */
  readonly name: string
  /** As people call it: `PostgreSQL`. */
  readonly title: string
  /** How one text names a place of it, in a job file or on a command line; absent where it takes more than that. */
  readonly address?: ConnectorAddress
  readonly sink?: SinkRole
  readonly source?: SourceRole
}

/** What one text, such as `postgres://localhost/crm` or `./data`, says of a connector. */
export interface ConnectorAddress {
  /** The option of its roles that takes the text: `connectionString`. */
  readonly option: string
  /** How such a text begins: `postgres:`. */
  readonly schemes?: readonly string[]
  /** How such a text ends, where it is a path: `.sqlite`. A path that no connector claims is a folder of files. */
  readonly endings?: readonly string[]
}

/** What a role can be told, by declarations of `@deltaverse/options`: as plain JSON, so that a file or a command line can hold it. */
export interface ConnectorOptions {
  describe(): readonly OptionRow[]
  toJsonSchema(): object
}

/** The table that a sink is opened for. */
export interface ConnectorTable {
  /** What it is called in the system behind the sink. */
  readonly name: string
  /** Its columns, where they are known before the first row comes. */
  readonly schema?: TableSchema | undefined
  /** Told of what the sink meets while it works, and not waited for. */
  readonly onNotice?: ((notice: SinkNotice) => void) | undefined
}

/** What a sink meets, for people. */
export interface SinkNotice {
  /**
   * `bad-row`: a row could not be kept, and its letter is in the dead-letter file. `set-aside`: a file that nobody accounts for was
   * in the way, and was renamed. `waiting`: it waits for what somebody else holds. `session-ended`: that was a session of ours
   * which stood still for good, and was ended.
   */
  readonly kind: 'bad-row' | 'set-aside' | 'waiting' | 'session-ended'
  /** In words, without values of a row. */
  readonly text: string
}

/** A connector as the place that changes go to. */
export interface SinkRole {
  /** Ways to keep a table, the default first, as the option `mode` takes them; one of them where there is no choice. */
  readonly modes: readonly [SinkMode, ...SinkMode[]]
  readonly capabilities: SinkCapabilities
  readonly options: ConnectorOptions
  /**
   * @throws TypeError or RangeError for settings that cannot be right
   */
  open(settings: ConnectorSettings, table: ConnectorTable): Promise<OpenedSink>
  /** How the sink is tried, loaded when it is asked for. */
  readonly testing?: () => Promise<SinkTesting>
}

/** What a sink can beyond the contract. */
export interface SinkCapabilities {
  /** Saves the state of the sync in the transaction of the rows: {@link TransactionalSink}. */
  readonly transactional: boolean
  /** Tells what it holds: {@link ReadableSink}. */
  readonly readable: boolean
  /** Makes ready for a schema: `Sink.applySchema`. */
  readonly schema: boolean
}

/** A sink, and what it stands on. */
export interface OpenedSink {
  readonly sink: (Sink | TransactionalSink) & Partial<ReadableSink> & Partial<PatchableSink>
  /** Where the state of its sync belongs, for sinks that do not keep it themselves. */
  readonly checkpoints?: CheckpointStore
  /** Where the table is, for a report; absent where there is nothing to say but the name. */
  place?(): Promise<SinkPlace>
  /** Lets go of what the sink stands on (a pool of connections), behind its `close`. */
  release(): Promise<void>
}

/** Where a sink keeps a table, for people and reports. Paths as the sink was told its folder. */
export interface SinkPlace {
  /** The files that hold it, in order; empty where there is none yet. */
  readonly files: readonly string[]
  /** Files of earlier epochs, which nothing is added to any more. */
  readonly earlierFiles?: readonly string[]
  /** Tells of each file what it holds. */
  readonly manifestFile?: string
  readonly checkpointFile?: string
  readonly epoch?: number
  readonly phase?: Checkpoint['phase']
}

/** A connector as the place that changes come from. */
export interface SourceRole {
  readonly options: ConnectorOptions
  open(settings: ConnectorSettings, call?: CallOptions): Promise<OpenedSource>
}

/** A source, and what it stands on. */
export interface OpenedSource {
  readonly source: Source
  release(): Promise<void>
}
