import { jsonResponse, type ServiceResponse } from '../http/service-response.js'
import { unauthorizedHeaders } from '../http/unauthorized.js'
import type { FaultAction } from './fault-rule.js'

/** The answer that a fault gives instead of the service's; `undefined` when it gives none. */
export function faultResponse(fault: FaultAction, host: string | undefined): ServiceResponse | undefined {
  const { status } = fault
  if (status === undefined) return undefined
  const headers = {
    ...(status === 401 ? unauthorizedHeaders(host) : {}),
    ...(fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) }),
    ...fault.headers,
  }
  const { code, message } = { ...usual(status), ...said(fault) }
  if (fault.body === 'html') {
    const page = `<html><head><title>${status}</title></head><body><h1>${message}</h1></body></html>`
    return { status, headers: { 'Content-Type': 'text/html', ...headers }, body: page }
  }
  if (fault.body === 'flat') return jsonResponse(status, flatBody(code, message), headers)
  return jsonResponse(status, { error: { code, message } }, headers)
}

function said({ code, message }: FaultAction): { code?: string; message?: string } {
  return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) }
}

function flatBody(code: string, message: string): Record<string, string> {
  return {
    Message: message,
    ExceptionMessage: message,
    ExceptionType: 'Microsoft.OData.ODataException',
    StackTrace: '',
    ErrorCode: code,
  }
}

// Microsoft Learn, "Service protection API limits", for 429.
function usual(status: number): { code: string; message: string } {
  switch (status) {
    case 401:
      return { code: '', message: 'The request is not authenticated.' }
    case 403:
      return { code: '0x80040220', message: 'The caller lacks a privilege.' }
    case 404:
      return { code: '0x80040217', message: 'The row does not exist.' }
    case 412:
      return { code: '0x80060882', message: "The version of the existing record doesn't match." }
    case 429:
      return {
        code: '0x80072322',
        message: 'Number of requests exceeded the limit of 6000 over time window of 300 seconds.',
      }
    case 502:
    case 503:
    case 504:
      return { code: '', message: 'The service is unavailable.' }
    default:
      return { code: '0x80040216', message: 'An unexpected error occurred.' }
  }
}
