import { jsonResponse, type ServiceResponse } from '../http/service-response.js'

/** Thrown for a batch that the service refuses as a whole: nothing of it has run. */
export class BatchRefusal extends Error {
  override readonly name = 'BatchRefusal'
}

/** The flat object that malformed batches are answered with; as observed in the field. */
export function refusalResponse(message: string): ServiceResponse {
  return jsonResponse(400, {
    Message: message,
    ExceptionMessage: message,
    ExceptionType: 'Microsoft.OData.ODataException',
    StackTrace: '',
    ErrorCode: '0x0',
  })
}
