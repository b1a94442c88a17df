import { ServiceError } from '../http/service-error.js'

/** 400 for a request body that the service cannot use. */
export function invalidArgument(message: string): ServiceError {
  return new ServiceError(400, '0x80040203', message)
}

/** The request's body as members of an object. */
export function bodyMembers(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidArgument('The request needs a JSON object as its body.')
  }
  return body as Record<string, unknown>
}

/** A member that must be a text. */
export function requiredText(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name]
  if (typeof value !== 'string' || value === '') throw invalidArgument(`'${name}' must be a text.`)
  return value
}

/** A member that may be a text. */
export function optionalText(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = members[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A member that may be a number. */
export function optionalNumber(members: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = members[name]
  return typeof value === 'number' ? value : undefined
}

/** The `Value` of a member such as `RequiredLevel` or `DateTimeBehavior`. */
export function memberValue(members: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = members[name]
  return typeof value === 'object' && value !== null
    ? (value as { readonly Value?: unknown }).Value
    : undefined
}
