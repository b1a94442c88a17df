import { choice, dateTime, integer, memo, polymorphic, text, yesNo } from '../column-builders.js'
import type { ColumnDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

const minutes = [0, 2_147_483_647] as const

/** What an activity says of the columns that all activities have. */
export interface ActivityShape {
  readonly logicalName: string
  readonly subjectLength: number
  readonly descriptionLength: number
  /** Of the collection at the regarding row: `Emails` for `Account_Emails`. */
  readonly collection: string
}

/** The columns that the stock activities inherit from `activitypointer`. */
export function activityColumns({
  logicalName,
  subjectLength,
  descriptionLength,
  collection,
}: ActivityShape): ColumnDefinition[] {
  return [
    text('Subject', subjectLength, { displayName: 'Subject', applicationRequired: true }),
    memo('Description', descriptionLength, { displayName: 'Description' }),
    text('Category', 250, { displayName: 'Category' }),
    text('Subcategory', 250, { displayName: 'Sub-Category' }),
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
    text('ActivityTypeCode', 100, {
      displayName: 'Activity Type',
      defaultValue: logicalName,
      ...readOnly,
    }),
    polymorphic(
      'RegardingObjectId',
      ['account', 'contact', 'lead', 'opportunity'].map((table) => [
        table,
        `regardingobjectid_${table}_${logicalName}`,
        `${table[0]?.toUpperCase()}${table.slice(1)}_${collection}`,
        'cascade',
      ]),
      { displayName: 'Regarding' },
    ),
  ]
}
