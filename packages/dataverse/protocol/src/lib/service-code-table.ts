import type { ServiceCode, ServiceErrorClass } from './service-code.js'

type Extra = Omit<ServiceCode, 'name' | 'errorClass' | 'retryable'>
type Entry = readonly [code: string, name: string | undefined, extra?: Extra]

export const rowGone = {
  advice: 'The row does not exist (any more): treat it as deleted, or create it first.',
}
const keyMissing = {
  advice: 'Check that the table has this alternate key and that the state of its index is Active.',
}
const privilege = {
  advice: 'Give the (application) user a security role with the privilege that the message names.',
}
const throttled = { advice: 'Wait as long as Retry-After says and send less at a time.' }
const ambiguous = { ambiguous: true }
const retrackAdvice =
  'Read the table in full again: the token is older than the environment keeps changes ' +
  '(organization.expirechangetrackingindays), or the definition of the table changed.'
const trackingAdvice =
  'Switch change tracking on: "Track changes" in the advanced options of the table, or ChangeTrackingEnabled in its definition.'

/**
 * Service codes that a synchronising program must tell apart. Names from Microsoft Learn: Web service error codes;
 * which of them pass by themselves was partly observed in the field.
 */
export const serviceCodes: ReadonlyMap<string, ServiceCode> = new Map([
  ...rows('throttled', true, [
    ['0x80072321', 'ThrottlingTimeExceededError', throttled],
    ['0x80072322', 'ThrottlingBurstRequestLimitExceededError', throttled],
    ['0x80072326', 'ThrottlingConcurrencyLimitExceededError', throttled],
    ['0x80060308', undefined, throttled],
    ['0x8005f103', 'Throttling', throttled],
    ['0x80072323', undefined],
    ['0x80072324', undefined],
    ['0x8004a001', 'CrmSqlGovernorDatabaseRequestDenied'],
    ['0x80081116', undefined],
    ['0x80048544', 'DataEngineQueryThrottling', { advice: 'Ask for less at once: the query is too heavy.' }],
  ]),
  ...rows('unavailable', true, [
    ['0x80044151', undefined, { advice: 'The database was busy: try again with less in one request.' }],
    ['0x80044339', 'CouldNotObtainLockOnResource'],
    ['0x80048551', undefined],
    ['0x80073000', undefined, { advice: 'The service could not reach its own database: try again.' }],
    ['0x80048553', undefined],
    ['0x80048554', undefined],
    ['0x80048559', undefined],
    ['0x80048561', undefined],
    ['0x80048105', 'CascadeOperationConcurrentRequested'],
    ['0x8004ed47', 'AppLockTimeout'],
    ['0x80071151', undefined],
    ['0x80071154', undefined],
    ['0x80072494', 'CRMGlobalMetadataVersionMismatch'],
    ['0x80040216', 'UnExpected', ambiguous],
    ['0x80040255', 'TransactionAborted', ambiguous],
    ['0x80044171', undefined, ambiguous],
    ['0x80044172', undefined, ambiguous],
    ['0x80044173', undefined, ambiguous],
    ['0x80081111', undefined, ambiguous],
  ]),
  ...rows('service-failed', false, [
    ['0x80044150', undefined, { advice: 'The "Sql Number" in the message names the cause.' }],
    ['0x80072325', undefined, { advice: 'The environment is out of storage: free some or buy some.' }],
  ]),
  ...rows('delta-token-expired', false, [['0x80044352', 'ExpiredVersionStamp', { advice: retrackAdvice }]]),
  ...rows('change-tracking-disabled', false, [
    ['0x80072491', 'ChangeTrackingNotEnabledForEntity', { advice: trackingAdvice }],
    ['0x80072492', 'ChangeTrackingNotEnabledForRelatedEntities', { advice: trackingAdvice }],
  ]),
  ...rows('not-found', false, [
    ['0x80040217', 'ObjectDoesNotExist', rowGone],
    ['0x80060891', 'RecordNotFoundByEntityKey', rowGone],
    ['0x80072493', 'InvalidEntityLogicalName'],
    [
      '0x8006088a',
      'CrmHttpError',
      { advice: 'Check the address: names of sets, keys and columns are case-sensitive.' },
    ],
  ]),
  ...rows('conflict', false, [
    [
      '0x80060882',
      'ConcurrencyVersionMismatch',
      { advice: 'Somebody changed the row: read it again and decide.' },
    ],
    ['0x80040237', 'DuplicateRecord', { advice: 'The row exists: update it instead.' }],
    [
      '0x80060892',
      'DuplicateRecordEntityKey',
      { advice: 'Another row has this alternate key: look it up by the key.' },
    ],
    ['0x80073002', 'CrmSQLUniqueIndexOrConstraintViolation'],
    [
      '0x80040333',
      'DuplicateRecordsFound',
      { advice: 'A duplicate-detection rule of the environment refused the row.' },
    ],
    [
      '0x8006089d',
      'MultipleRecordsFoundByEntityKey',
      { advice: 'The key is ambiguous: address the row by its id.' },
    ],
    [
      '0x80040227',
      'CannotDeleteDueToAssociation',
      { advice: 'Other rows refer to this one: delete or detach them first.' },
    ],
  ]),
  ...rows('row-rejected', false, [
    ['0x80044331', undefined],
    ['0x80044330', undefined],
    ['0x8004432f', undefined],
    ['0x8004431a', undefined],
    ['0x80040203', 'InvalidArgument'],
    ['0x80040278', undefined],
    ['0x80040239', 'InvalidDateTime'],
    ['0x80048408', undefined, { advice: 'Set statecode and statuscode to a pair that the table allows.' }],
    ['0x80040230', undefined],
    ['0x80043e09', undefined],
    [
      '0x80040265',
      'IsvAborted',
      { advice: 'A plug-in of the environment refused the row: its message says why.' },
    ],
    ['0x80040224', 'IsvUnExpected', { advice: 'A plug-in of the environment crashed: ask its author.' }],
    ['0x80040353', undefined],
    ['0x80040206', undefined],
    ['0x80040229', undefined],
  ]),
  ...rows('bad-request', false, [
    [
      '0x80048d19',
      undefined,
      { advice: 'Check names and JSON types of the columns; navigation names are case-sensitive.' },
    ],
    ['0x80048d02', undefined],
    ['0x80060888', undefined],
    ['0x80044183', 'InvalidQuery'],
    ['0x80060890', 'EntityKeyNotDefined', keyMissing],
    ['0x80041140', 'QueryBuilderNoEntityKey', keyMissing],
    ['0x80060883', 'ConcurrencyVersionNotProvided'],
    ['0x8006088d', 'OptimisticConcurrencyNotEnabled'],
    ['0x8004e023', 'AggregateQueryRecordLimitExceeded'],
    ['0x8004430c', undefined],
    ['0x8004430d', undefined],
    ['0x8004430e', undefined],
    ['0x8004418a', 'RequestLengthTooLarge', { advice: 'Send less in one request.' }],
    ['0x80044822', 'InvalidQueryForVirtualEntity'],
    ['0x80044824', undefined],
    ['0x80090017', undefined],
  ]),
  ...rows('forbidden', false, [
    ['0x80040220', 'PrivilegeDenied', privilege],
    ['0x80040231', 'PrincipalPrivilegeDenied', privilege],
    ['0x80048306', 'PrincipalPrivilegeDenied', privilege],
    ['0x80048405', 'AccessDenied', privilege],
    ['0x8004f507', undefined, privilege],
    ['0x80040225', undefined, { advice: 'Enable the user in the environment.' }],
    [
      '0x80072560',
      undefined,
      {
        advice: 'Add the app registration as an application user of this environment, with a security role.',
      },
    ],
  ]),
])

function rows(
  errorClass: ServiceErrorClass,
  retryable: boolean,
  entries: readonly Entry[],
): [string, ServiceCode][] {
  return entries.map(([code, name, extra]) => [
    code,
    { ...(name === undefined ? {} : { name }), errorClass, retryable, ...extra },
  ])
}
