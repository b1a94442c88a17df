import { ServiceError } from '../http/service-error.js'

/** 400 for a query option, or a combination of them, that the service does not take. */
export function optionRefused(message: string): ServiceError {
  return new ServiceError(400, '0x80060888', message)
}

/** The service's own answer to what its grammar has and its code has not, such as `in` (seen in the field). */
export function notImplemented(): ServiceError {
  return new ServiceError(501, '0x80060888', 'The method or operation is not implemented.')
}

/** 400 for a property that the type does not have. */
export function unknownProperty(name: string, type: string): ServiceError {
  return optionRefused(`Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${type}'.`)
}
