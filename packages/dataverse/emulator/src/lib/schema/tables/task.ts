import { guid, integer, states } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { activityColumns } from './activity-columns.js'

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
    ...activityColumns({
      logicalName: 'task',
      subjectLength: 200,
      descriptionLength: 2000,
      collection: 'Tasks',
    }),
    integer('PercentComplete', 0, 100, { displayName: 'Percent Complete' }),
    guid('SubscriptionId', { displayName: 'Subscription', validForUpdate: false }),
    ...states([
      [0, 'Open', 2, { 2: 'Not Started', 3: 'In Progress', 4: 'Waiting on someone else', 7: 'Deferred' }],
      [1, 'Completed', 5, { 5: 'Completed' }],
      [2, 'Canceled', 6, { 6: 'Canceled' }],
    ]),
  ],
}
