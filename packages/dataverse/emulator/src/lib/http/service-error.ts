/** What {@link ServiceError} can carry beyond its status, code and message. */
export interface ServiceErrorDetails {
  /**
   * Members of the error object that are sent only when the request asks for them with
   * `Prefer: odata.include-annotations`, without the leading `@`.
   */
  readonly annotations?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** For an error whose code is an option. */
  readonly kind?: 'unknown-property'
}

/** An answer other than success: thrown anywhere while a request is served, and sent as the service would. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly status: number
  /** As in `error.code`: `0x` and eight hexadecimal digits, or `0x0`. */
  readonly code: string
  readonly annotations: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly kind: ServiceErrorDetails['kind']

  constructor(status: number, code: string, message: string, details: ServiceErrorDetails = {}) {
    super(message)
    this.status = status
    this.code = code
    this.annotations = details.annotations ?? {}
    this.headers = details.headers ?? {}
    this.kind = details.kind
  }
}

/** The answer to a request for something that Dataverse has and the emulator has not: 501 with its name. */
export function notEmulated(feature: string): ServiceError {
  return new ServiceError(501, '0x80040216', `The emulator does not support ${feature}.`)
}

/** 404 as the service answers for a URL segment that names nothing. */
export function segmentNotFound(segment: string): ServiceError {
  return new ServiceError(404, '0x8006088a', `Resource not found for the segment '${segment}'.`)
}

/** 405 for a method that the addressed resource does not have. */
export function methodNotAllowed(method: string): ServiceError {
  return new ServiceError(
    405,
    '0x8006088a',
    `The requested resource does not support http method '${method}'.`,
  )
}
