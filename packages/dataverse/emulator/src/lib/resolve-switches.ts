import type { EmulatorOptions, ResolvedOptions } from './emulator-options.js'
import { booleanOf, oneOf } from './option-checks.js'

/**
 * Fills in the defaults of the options that are a choice.
 *
 * @throws TypeError for an unknown choice or a value of another kind.
 */
export function resolveSwitches(
  options: EmulatorOptions,
): Pick<
  ResolvedOptions,
  | 'batchAnswersBeforeFailure'
  | 'errorBody'
  | 'unknownPropertyCode'
  | 'numbersInFilterLists'
  | 'countByteOrderMark'
  | 'compression'
  | 'keyComparison'
  | 'nullBind'
  | 'impliedParties'
  | 'keyIndexing'
  | 'jobs'
  | 'missingBindStatus'
  | 'requireAuthorization'
  | 'existingLinkStatus'
  | 'missingLinkStatus'
> {
  const {
    batchAnswersBeforeFailure = 'kept',
    errorBody = 'hex',
    countByteOrderMark = true,
    compression = true,
    keyComparison = 'accent-insensitive',
    nullBind = 'clears',
    impliedParties = 'shown',
    keyIndexing = 'immediate',
    missingBindStatus = 404,
    existingLinkStatus = 412,
    missingLinkStatus = 404,
    requireAuthorization = false,
    jobs = 'immediate',
    unknownPropertyCode = '0x0',
    numbersInFilterLists = 'refused',
  } = options
  return {
    batchAnswersBeforeFailure: oneOf('batchAnswersBeforeFailure', batchAnswersBeforeFailure, [
      'kept',
      'dropped',
    ]),
    errorBody: oneOf('errorBody', errorBody, ['hex', 'empty-code', 'inner-error']),
    countByteOrderMark: booleanOf('countByteOrderMark', countByteOrderMark),
    compression: booleanOf('compression', compression),
    keyComparison: oneOf('keyComparison', keyComparison, ['accent-insensitive', 'case-insensitive', 'exact']),
    nullBind: oneOf('nullBind', nullBind, ['clears', 'ignored', 'refused']),
    impliedParties: oneOf('impliedParties', impliedParties, ['shown', 'absent']),
    keyIndexing: oneOf('keyIndexing', keyIndexing, ['immediate', 'stepwise']),
    missingBindStatus: oneOf('missingBindStatus', missingBindStatus, [400, 404]),
    existingLinkStatus: oneOf('existingLinkStatus', existingLinkStatus, [204, 412]),
    missingLinkStatus: oneOf('missingLinkStatus', missingLinkStatus, [204, 404]),
    unknownPropertyCode: oneOf('unknownPropertyCode', unknownPropertyCode, ['0x0', '0x80060888']),
    numbersInFilterLists: oneOf('numbersInFilterLists', numbersInFilterLists, ['refused', 'taken']),
    jobs: oneOf('jobs', jobs, ['immediate', 'stepwise']),
    requireAuthorization: booleanOf('requireAuthorization', requireAuthorization),
  }
}
