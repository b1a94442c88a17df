import {
  choice,
  dateTime,
  guid,
  integer,
  memo,
  polymorphic,
  states,
  text,
  yesNo,
} from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

const minutes = [0, 2_147_483_647] as const

/** `task`, an activity. Its regarding row can be an account, a contact, a lead or an opportunity. */
export const task: TableDefinition = {
  logicalName: 'task',
  schemaName: 'Task',
  displayName: 'Task',
  entitySetName: 'tasks',
  objectTypeCode: 4212,
  primaryNameColumn: 'subject',
  isActivity: true,
  changeTrackingEnabled: true,
  columns: [
    text('Subject', 200, { displayName: 'Subject', applicationRequired: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    text('Category', 250, { displayName: 'Category' }),
    text('Subcategory', 250, { displayName: 'Sub-Category' }),
    integer('PercentComplete', 0, 100, { displayName: 'Percent Complete' }),
    choice(
      'PriorityCode',
      { 0: 'Low', 1: 'Normal', 2: 'High' },
      { displayName: 'Priority', defaultValue: 1 },
    ),
    dateTime('ScheduledStart', { displayName: 'Start Date' }),
    dateTime('ScheduledEnd', { displayName: 'Due Date' }),
    dateTime('ActualStart', { displayName: 'Actual Start' }),
    dateTime('ActualEnd', { displayName: 'Actual End' }),
    integer('ScheduledDurationMinutes', ...minutes, { displayName: 'Scheduled Duration', ...readOnly }),
    integer('ActualDurationMinutes', ...minutes, { displayName: 'Duration' }),
    dateTime('SortDate', { displayName: 'Sort Date' }),
    yesNo('IsBilled', false, { displayName: 'Is Billed' }),
    yesNo('IsWorkflowCreated', false, { displayName: 'Is Workflow Created' }),
    yesNo('IsRegularActivity', true, { displayName: 'Is Regular Activity', ...readOnly }),
    text('ActivityTypeCode', 100, { displayName: 'Activity Type', defaultValue: 'task', ...readOnly }),
    guid('SubscriptionId', { displayName: 'Subscription', validForUpdate: false }),
    polymorphic(
      'RegardingObjectId',
      ['account', 'contact', 'lead', 'opportunity'].map((table) => [
        table,
        `regardingobjectid_${table}_task`,
        `${table[0]?.toUpperCase()}${table.slice(1)}_Tasks`,
        'cascade',
      ]),
      { displayName: 'Regarding' },
    ),
    ...states([
      [0, 'Open', 2, { 2: 'Not Started', 3: 'In Progress', 4: 'Waiting on someone else', 7: 'Deferred' }],
      [1, 'Completed', 5, { 5: 'Completed' }],
      [2, 'Canceled', 6, { 6: 'Canceled' }],
    ]),
  ],
}
