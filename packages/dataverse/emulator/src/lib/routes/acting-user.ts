import { ServiceError } from '../http/service-error.js'
import type { ParsedRequest } from '../http/service-response.js'
import type { Service } from '../service.js'

/**
 * The user that a request acts for: `CallerObjectId` names one by Entra object id, `MSCRMCallerID` by primary key.
 *
 * Source: Microsoft Learn, "Impersonate another user using the Web API".
 *
 * @throws ServiceError 403 when there is no such user.
 */
export function actingUser(service: Service, { headers }: ParsedRequest): string | undefined {
  const { callerobjectid: objectId, mscrmcallerid: id } = headers
  if (objectId !== undefined) {
    for (const row of service.context.rows('systemuser')) {
      if (row.azureactivedirectoryobjectid === objectId.toLowerCase()) return row.systemuserid as string
    }
    throw unknownUser()
  }
  if (id === undefined) return undefined
  const row = service.context.row('systemuser', id.toLowerCase())
  if (row === undefined) throw unknownUser()
  return row.systemuserid as string
}

function unknownUser(): ServiceError {
  return new ServiceError(403, '0x80072560', 'The user is not a member of the organization.')
}
