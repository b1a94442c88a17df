import { ServiceError } from '../http/service-error.js'

/** 400 for a query option, or a combination of them, that the service does not take. */
export function optionRefused(message: string): ServiceError {
  return new ServiceError(400, '0x80060888', message)
}

/** What the service says of `in`, which its grammar has and its code has not. The words were seen in the field; status and code are ours. */
export function notImplemented(): ServiceError {
  return new ServiceError(501, '0x80060888', 'The method or operation is not implemented.')
}

/** 400 for a property that the type does not have, or has in another case (SupportArticles: client errors). */
export function unknownProperty(name: string, type: string): ServiceError {
  const message = `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${type}'.`
  return new ServiceError(400, '0x0', message, { kind: 'unknown-property' })
}
