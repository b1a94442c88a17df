import { includesAnnotation, type Preferences } from './preferences.js'
import { ServiceError } from './service-error.js'
import { jsonResponse, type ServiceResponse } from './service-response.js'

/** How error bodies look: today's, the old one without codes, the on-premises one with an inner error. */
type ErrorBodyStyle = 'hex' | 'empty-code' | 'inner-error'

/** What of error bodies is an option. */
export interface ErrorOptions {
  readonly errorBody: ErrorBodyStyle
  /** The code of a property that is not there. */
  readonly unknownPropertyCode: '0x0' | '0x80060888'
}

/** The response to whatever was thrown while a request was served. */
export function errorResponse(
  thrown: unknown,
  { errorBody: style, unknownPropertyCode }: ErrorOptions,
  preferences: Preferences,
): ServiceResponse {
  const error =
    thrown instanceof ServiceError
      ? thrown
      : new ServiceError(500, '0x80040216', `An unexpected error occurred: ${messageOf(thrown)}`)
  const body: Record<string, unknown> = {
    code: style === 'empty-code' ? '' : error.kind === undefined ? error.code : unknownPropertyCode,
    message: error.message,
    ...annotationsOf(error, preferences),
  }
  if (style === 'inner-error') {
    body.innererror = { message: error.message, type: 'Microsoft.Crm.CrmHttpException', stacktrace: '' }
  }
  return jsonResponse(error.status, { error: body }, error.headers)
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function annotationsOf(error: ServiceError, preferences: Preferences): Record<string, string> {
  const common = {
    'Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus': '0',
    'Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode': '2147746581',
    'Microsoft.PowerApps.CDS.HelpLink': `http://go.microsoft.com/fwlink/?LinkID=398563&error=${error.code}`,
    'Microsoft.PowerApps.CDS.TraceText': '',
    'Microsoft.PowerApps.CDS.InnerError.Message': error.message,
    ...error.annotations,
  }
  return Object.fromEntries(
    Object.entries(common)
      .filter(([name]) => includesAnnotation(preferences, name))
      .map(([name, value]) => [`@${name}`, value]),
  )
}
