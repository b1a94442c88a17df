import { ServiceError } from './service-error.js'

/** The header that tells a client where to get a token. */
export function unauthorizedHeaders(host: string | undefined): Record<string, string> {
  const authority = 'https://login.microsoftonline.com/00000000-0000-4000-8000-000000000000'
  return {
    'WWW-Authenticate': `Bearer authorization_uri=${authority}/oauth2/authorize, resource_id=http://${host ?? 'localhost'}/`,
  }
}

/** 401 for a request whose `Authorization` is not accepted. */
export function unauthorized(host: string | undefined): ServiceError {
  return new ServiceError(401, '', 'The request is not authenticated.', {
    headers: unauthorizedHeaders(host),
  })
}
