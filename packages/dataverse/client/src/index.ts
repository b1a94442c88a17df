export type { ClientOptions } from './lib/client-options.js'
export { createClient, type DataverseClient } from './lib/create-client.js'
export type { ClientGovernor } from './lib/governor/client-governor.js'
export { createGovernor, type Governor } from './lib/governor/create-governor.js'
export type {
  CeilingReason,
  GateReason,
  GovernorEvent,
  GovernorListener,
} from './lib/governor/governor-event.js'
export type { GovernorOptions } from './lib/governor/governor-options.js'
export type {
  ClientGovernorStats,
  GovernorStats,
  GovernorTotals,
  ServiceLimits,
} from './lib/governor/governor-stats.js'
export type { Refusal } from './lib/governor/refusal.js'
export type { RequestSizer, RequestSizerOptions, SizedRequest } from './lib/governor/request-sizer.js'
export type {
  DataverseRequest,
  HttpMethod,
  Interceptor,
  OutgoingRequest,
  RequestHandler,
} from './lib/request.js'
export type { DataverseResponse, ResponseHeaders } from './lib/response.js'
export type {
  FailedAttempt,
  RetryDecision,
  RetryEvent,
  RetryOptions,
  RetryRule,
} from './lib/retry-options.js'
export type { AccessToken, GetTokenOptions, TokenCredential } from './lib/token-credential.js'
