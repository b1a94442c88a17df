import { DataverseError } from '@deltaverse/core'

const gateErrorBrand: unique symbol = Symbol('gateError')

/** The gate opens too late for this request. */
export function gateError(untilMs: number): DataverseError {
  const error = new DataverseError(
    `Nothing was sent: the service asked all requests of this user to wait until ${new Date(untilMs).toISOString()}, ` +
      'which is later than retry.maxTotalMs allows. Try again then.',
    { code: 'throttled', retryable: true },
  )
  return Object.defineProperty(error, gateErrorBrand, { value: true })
}

/** Whether an attempt ended because the gate opens too late: another attempt would end the same way. */
export function isGateError(error: DataverseError): boolean {
  return gateErrorBrand in error
}
