export {
  createRequestCounter,
  type RequestCounter,
  type RequestCounts,
} from './environment/request-counter.js'
export type {
  EventWords,
  PullEvent,
  PushEvent,
  RequestEvent,
  RunEvent,
  TableEvent,
  ToldError,
  VerifyTableEvent,
  WordsLevel,
} from './events/run-event.js'
export { type ClosingLine, formatClosingTable } from './report/closing-table.js'
export { createProgress, type Progress } from './report/progress.js'
export { createReadMeter } from './report/read-meter.js'
export type { ReadFigures, RunReport, TableReport } from './report/table-report.js'
export { tellClientEvent } from './report/tell-client-event.js'
export { tellNotice } from './report/tell-notice.js'
