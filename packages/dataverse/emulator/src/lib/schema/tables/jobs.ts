import { choice, dateTime, guid, integer, lookup, memo, states, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

const count = [0, 2_147_483_647] as const

/** `asyncoperation` (system job): what actions that go on by themselves can be asked by. */
export const asyncoperation: TableDefinition = {
  logicalName: 'asyncoperation',
  schemaName: 'AsyncOperation',
  displayName: 'System Job',
  entitySetName: 'asyncoperations',
  objectTypeCode: 4700,
  primaryNameColumn: 'name',
  supportsBulk: false,
  columns: [
    text('Name', 256, { displayName: 'System Job Name' }),
    choice('OperationType', { 13: 'Bulk Delete' }, { displayName: 'System Job Type' }),
    memo('Data', 1_073_741_823, { displayName: 'Data', ...readOnly }),
    memo('Message', 1_073_741_823, { displayName: 'Message', ...readOnly }),
    memo('FriendlyMessage', 1_073_741_823, { displayName: 'Friendly message' }),
    integer('ErrorCode', -2_147_483_648, 2_147_483_647, { displayName: 'Error Code', ...readOnly }),
    integer('RetryCount', ...count, { displayName: 'Retry Count', ...readOnly }),
    dateTime('StartedOn', { displayName: 'Started On', ...readOnly }),
    dateTime('CompletedOn', { displayName: 'Completed On', ...readOnly }),
    dateTime('PostponeUntil', { displayName: 'Postpone Until' }),
    text('RecurrencePattern', 256, { displayName: 'Recurrence Pattern' }),
    ...states([
      [0, 'Ready', 0, { 0: 'Waiting For Resources' }],
      [1, 'Suspended', 10, { 10: 'Waiting' }],
      [2, 'Locked', 20, { 20: 'In Progress', 21: 'Pausing', 22: 'Canceling' }],
      [3, 'Completed', 30, { 30: 'Succeeded', 31: 'Failed', 32: 'Canceled' }],
    ]),
  ],
}

/** `bulkdeleteoperation`: how much a job of `BulkDelete` has deleted. */
export const bulkdeleteoperation: TableDefinition = {
  logicalName: 'bulkdeleteoperation',
  schemaName: 'BulkDeleteOperation',
  displayName: 'Bulk Delete Operation',
  entitySetName: 'bulkdeleteoperations',
  objectTypeCode: 4424,
  primaryNameColumn: 'name',
  supportsBulk: false,
  stateless: true,
  columns: [
    text('Name', 256, { displayName: 'Name' }),
    yesNo('IsRecurring', false, { displayName: 'Is Recurring', ...readOnly }),
    integer('SuccessCount', ...count, { displayName: 'Deletions', ...readOnly }),
    integer('FailureCount', ...count, { displayName: 'Failures', ...readOnly }),
    lookup('AsyncOperationId', 'asyncoperation', 'AsyncOperation_BulkDeleteOperation', {
      displayName: 'System Job',
      onDelete: 'cascade',
    }),
  ],
}

/** `bulkdeletefailure`: a row that such a job could not delete. */
export const bulkdeletefailure: TableDefinition = {
  logicalName: 'bulkdeletefailure',
  schemaName: 'BulkDeleteFailure',
  displayName: 'Bulk Delete Failure',
  entitySetName: 'bulkdeletefailures',
  objectTypeCode: 4425,
  ownership: 'None',
  supportsBulk: false,
  stateless: true,
  columns: [
    integer('OrderedQueryIndex', ...count, { displayName: 'Index of the ordered query', ...readOnly }),
    integer('ErrorNumber', -2_147_483_648, 2_147_483_647, { displayName: 'Error', ...readOnly }),
    text('ErrorDescription', 512, { displayName: 'Error Description', ...readOnly }),
    guid('RegardingObjectId', { displayName: 'Regarding', ...readOnly }),
    lookup('BulkDeleteOperationId', 'bulkdeleteoperation', 'BulkDeleteOperation_BulkDeleteFailure', {
      displayName: 'Bulk Deletion Job',
      onDelete: 'cascade',
    }),
  ],
}
