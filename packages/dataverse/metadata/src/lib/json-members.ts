import { DataverseError } from '@deltaverse/core'

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>

/** The members of an answer's object. @throws DataverseError `bad-response` when it is none */
export function asJsonObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new DataverseError(
    `The service's answer to ${what} is no object. Check that the address is a Web API.`,
    {
      code: 'bad-response',
    },
  )
}

/** The objects in a member that holds a list; none when it is absent. */
export function listOf(object: JsonObject, member: string): JsonObject[] {
  const list = object[member]
  return Array.isArray(list) ? list.map((each) => asJsonObject(each, member)) : []
}

/** Text in a member. @throws DataverseError `bad-response` when it is none */
export function textOf(object: JsonObject, member: string): string {
  const value = object[member]
  if (typeof value === 'string') return value
  throw new DataverseError(`A definition that the service sent has no text in its member ${member}.`, {
    code: 'bad-response',
  })
}
