import { DataverseError } from '@deltaverse/contract'

/** An object of JSON. */
export type ObjectOfJson = Readonly<Record<string, unknown>>

/** @throws DataverseError `bad-response` when the value is no object */
export function readJsonObject(value: unknown, what: string): ObjectOfJson {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ObjectOfJson
  throw new DataverseError(
    `The service's answer to ${what} is no object. Check that the address is a Web API.`,
    {
      code: 'bad-response',
    },
  )
}

/** The objects in a member that holds a list; none when it is absent. */
export function listMember(object: ObjectOfJson, member: string): ObjectOfJson[] {
  const list = object[member]
  return Array.isArray(list) ? list.map((each) => readJsonObject(each, member)) : []
}

/** @throws DataverseError `bad-response` when the member holds no text */
export function textMember(object: ObjectOfJson, member: string): string {
  const value = object[member]
  if (typeof value === 'string') return value
  throw new DataverseError(`A definition that the service sent has no text in its member ${member}.`, {
    code: 'bad-response',
  })
}
