import type { WriterTerms } from '../job-file/job-file.js'
import type { SourceSettings } from '../sources/source-settings.js'
import type { ColumnMapping, MappingDefaults } from './column-mapping.js'

/** What is pushed, where to, and how. */
export interface PushSettings {
  readonly source: SourceSettings
  /** Logical name or entity set. */
  readonly table: string
  /** Columns that name a row. */
  readonly key: readonly string[]
  readonly operation: 'upsert' | 'create' | 'update'
  readonly mapping: readonly ColumnMapping[]
  /** Whether columns that no mapping names go by their own names. */
  readonly byName: boolean
  readonly defaults: MappingDefaults
  /** What happens to rows that were in the source the last time and are not any more. */
  readonly missing: MissingRows
  /** The largest share of the rows known that may go in one run, from 0 to 1. */
  readonly maxDeleteShare: number
  /** Where rows that were not written go; `undefined` counts them only. */
  readonly deadLetters: string | undefined
  /** Folder in which it is remembered which rows came from this source. */
  readonly state: string
  readonly batchSize: number | undefined
  /** How rows are written, by the options of the package. */
  readonly writer?: WriterTerms | undefined
}

export const missingRows = ['ignore', 'deactivate', 'delete'] as const

type MissingRows = (typeof missingRows)[number]
