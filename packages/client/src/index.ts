export { abortableDelay } from './lib/abortable-delay.js'
export type { ClientOptions } from './lib/client-options.js'
export { type Clock, systemClock } from './lib/clock.js'
export { createClient, type DataverseClient } from './lib/create-client.js'
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
