/**
 * Service codes on which code branches, by the names of Microsoft's list (Microsoft Learn: Web service error codes). Names in
 * the second group are ours: the list that was at hand has the code without a name, or not at all.
 */
export const serviceCode = {
  ObjectDoesNotExist: '0x80040217',
  DuplicateRecord: '0x80040237',
  DuplicateRecordsFound: '0x80040333',
  ConcurrencyVersionMismatch: '0x80060882',
  CrmHttpError: '0x8006088a',
  RecordNotFoundByEntityKey: '0x80060891',
  DuplicateRecordEntityKey: '0x80060892',
  CrmSQLUniqueIndexOrConstraintViolation: '0x80073002',
  ThrottlingTimeExceededError: '0x80072321',
  ThrottlingConcurrencyLimitExceededError: '0x80072326',

  EntityKeyNameTaken: '0x80060893',
  EntityKeyColumnsTaken: '0x80060894',
  GenericSqlError: '0x80044150',
  SqlTimeout: '0x80044151',
  InvalidStateCodeStatusCode: '0x80048408',
  MessageNotSupported: '0x80044824',
  SearchLimitExceeded: '0x80060308',
  /** Files are kept in the database, or under a key of the customer's own. */
  ChunkingUnsupported: '0x80090017',
  UndeclaredPropertyOrUnknownKey: '0x80048d02',
} as const
