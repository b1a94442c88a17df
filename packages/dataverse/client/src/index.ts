export {
  type CallOptions,
  DataverseError,
  type ErrorCode,
  isDataverseError,
  isResponseError,
  ResponseError,
} from '@deltaverse/core'
export type { AccessToken, GetTokenOptions, TokenCredential } from './lib/auth/token-credential.js'
export type { ClientEvent, RetryEvent } from './lib/client-event.js'
export type { ClientOptions } from './lib/client-options.js'
export { createClient, type DataverseClient } from './lib/create-client.js'
export type { ClientGovernor } from './lib/governor/client-governor.js'
export { createGovernor, type Governor } from './lib/governor/create-governor.js'
export type { GovernorOptions } from './lib/governor/governor-options.js'
export type {
  CeilingReason,
  GateReason,
  GovernorEvent,
  GovernorListener,
} from './lib/governor/report/governor-event.js'
export type {
  ClientGovernorStats,
  GovernorStats,
  GovernorTotals,
  ServiceLimits,
} from './lib/governor/report/governor-stats.js'
export type { Refusal } from './lib/governor/signals/refusal.js'
export type { RequestSizer, RequestSizerOptions, SizedRequest } from './lib/governor/signals/request-sizer.js'
export type {
  FailedAttempt,
  RetryDecision,
  RetryOptions,
  RetryRule,
} from './lib/retry/retry-options.js'
export type {
  DataverseRequest,
  HttpMethod,
  Interceptor,
  OutgoingRequest,
  RequestHandler,
} from './lib/transport/request.js'
export type { DataverseResponse, ResponseHeaders } from './lib/transport/response.js'
