export { type Emulator, startEmulator } from './lib/emulator.js'
export type { EmulatorOptions } from './lib/emulator-options.js'
export type { BodyCut, FaultAction, FaultMatch, FaultRule, Faults } from './lib/faults/fault-rule.js'
export type { FileOptions } from './lib/files/file-options.js'
export type { HistoryEntry } from './lib/history.js'
export type { LimitsSnapshot } from './lib/limits/limits.js'
export type { CostedRequest, LimitsOptions } from './lib/limits/limits-options.js'
export type { LimitFacet, WindowState } from './lib/limits/user-window.js'
export { createVirtualTime, type VirtualTime, type VirtualTimeOptions } from './lib/limits/virtual-time.js'
export type { LinkOptions } from './lib/link-options.js'
export { standardTables } from './lib/schema/standard-tables.js'
export type {
  ColumnDefinition,
  ColumnType,
  IntersectDefinition,
  IntersectEnd,
  KeyDefinition,
  KeyIndexStatus,
  LookupTarget,
  OptionDefinition,
  StateRules,
  TableDefinition,
} from './lib/schema/table-definition.js'
export type { LoggedRequest } from './lib/server/request-log.js'
export type { TableView } from './lib/table-view.js'
export type { ChangeTrackingOptions } from './lib/tracking/tracking-options.js'
