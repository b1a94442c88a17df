import { faultResponse } from '../faults/fault-response.js'
import type { FaultAction } from '../faults/fault-rule.js'
import type { ServiceResponse } from '../http/service-response.js'

/** The answer that a fault gives to a part of a batch; throttled parts have the flat body seen in the field. */
export function partFaultResponse(fault: FaultAction, host: string | undefined): ServiceResponse | undefined {
  return faultResponse(fault.status === 429 ? { body: 'flat', ...fault } : fault, host)
}
