import type { ErrorBody } from './error-body.js'
import type { ErrorVerdict, ServiceCode, ServiceErrorClass } from './service-code.js'
import { serviceCode } from './service-code-names.js'
import { rowGone, serviceCodes } from './service-code-table.js'

// One code for all that SQL Server complains about. What passes by itself: deadlock (1205), time-out (-2), and the numbers of
// fail-over and throttling (Microsoft Learn: Troubleshoot transient connection errors in SQL Database).
const passingSqlError = /Sql Number: (?:1205|-2|40613|40197|40501|10928|10929|4991[89]|49920)\b/i

/** Looks a service code up, in whatever case it is written. */
export function lookUpServiceCode(serviceCode: string): ServiceCode | undefined {
  return serviceCodes.get(serviceCode.toLowerCase())
}

/**
 * Judges an error answer. A 429 is a throttle whatever its body says; then the service code decides, because one status
 * stands for many things (412 alone has four causes); then the status.
 */
export function classifyError(
  status: number,
  body: Pick<ErrorBody, 'serviceCode' | 'message'>,
): ErrorVerdict {
  const known = body.serviceCode === undefined ? undefined : lookUpServiceCode(body.serviceCode)
  if (known !== undefined && !(status === 429 && known.errorClass !== 'throttled')) {
    return { ...judgeByContext(status, body, known), ambiguous: known.ambiguous ?? false }
  }
  return classifyStatus(status, body.serviceCode !== undefined && body.serviceCode !== '0x0')
}

function judgeByContext(
  status: number,
  body: Pick<ErrorBody, 'serviceCode' | 'message'>,
  known: ServiceCode,
): ServiceCode {
  const code = body.serviceCode?.toLowerCase()
  // Seen as 404 for an unknown address and as 400 for a key value that cannot be read.
  if (code === serviceCode.CrmHttpError && status !== 404) return { ...known, errorClass: 'bad-request' }
  // Seen as 404 for a key that no row has and as 400 for a value of the wrong type.
  if (code === serviceCode.UndeclaredPropertyOrUnknownKey && status === 404) {
    return { ...known, errorClass: 'not-found', advice: rowGone.advice }
  }
  if (code !== serviceCode.GenericSqlError) return known
  return passingSqlError.test(body.message)
    ? {
        ...known,
        errorClass: 'unavailable',
        retryable: true,
        advice: 'The database was busy: it may be tried again.',
      }
    : known
}

function classifyStatus(status: number, hasCode: boolean): ErrorVerdict {
  const verdict = (errorClass: ServiceErrorClass, retryable = false, ambiguous = false): ErrorVerdict => ({
    errorClass,
    retryable,
    ambiguous,
    ...adviceFor(errorClass),
  })
  switch (status) {
    case 401:
      return verdict('unauthorized')
    case 403:
      return verdict('forbidden')
    case 404:
    case 410:
      return verdict('not-found')
    case 409:
    case 412:
      return verdict('conflict')
    case 429:
      return verdict('throttled', true)
    case 408:
    case 502:
    case 503:
    case 504:
      return verdict('unavailable', true)
    case 500:
      // With a code that the table does not know, the cause is more likely the data than the moment.
      return hasCode ? verdict('service-failed') : verdict('unavailable', true, true)
    case 501:
      return verdict('bad-request')
    default:
      if (status >= 500) return verdict('service-failed')
      return verdict(status >= 400 ? 'bad-request' : 'bad-response')
  }
}

function adviceFor(errorClass: ServiceErrorClass): { advice?: string } {
  switch (errorClass) {
    case 'unauthorized':
      return {
        advice: 'Check the credential: tenant, client id, and that the scope is the URL of this environment.',
      }
    case 'forbidden':
      return { advice: 'Give the (application) user a security role with the privilege that is missing.' }
    case 'not-found':
      return { advice: 'Check the address: entity set names are plural and case-sensitive.' }
    case 'service-failed':
      return { advice: 'It fails the same way again: give the id of the request to Microsoft support.' }
    case 'throttled':
      return { advice: 'Wait as long as Retry-After says and send less at a time.' }
    default:
      return {}
  }
}
