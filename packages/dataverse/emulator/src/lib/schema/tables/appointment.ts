import { dateTime, guid, integer, memo, partyList, states, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { activityColumns } from './activity-columns.js'
import { readOnly } from './shared-columns.js'

/** `appointment`, an activity with an organizer, and attendees who must or may come. */
export const appointment: TableDefinition = {
  logicalName: 'appointment',
  schemaName: 'Appointment',
  displayName: 'Appointment',
  entitySetName: 'appointments',
  objectTypeCode: 4201,
  primaryNameColumn: 'subject',
  isActivity: true,
  changeTrackingEnabled: true,
  columns: [
    ...activityColumns({
      logicalName: 'appointment',
      subjectLength: 200,
      descriptionLength: 1_073_741_823,
      collection: 'Appointments',
    }),
    text('Location', 200, { displayName: 'Location' }),
    yesNo('IsAllDayEvent', false, { displayName: 'All Day Event' }),
    yesNo('IsDraft', false, { displayName: 'Is Draft' }),
    text('GlobalObjectId', 300, { displayName: 'Outlook Appointment' }),
    integer('OutlookOwnerApptId', -2_147_483_648, 2_147_483_647, {
      displayName: 'Outlook Appointment Owner',
    }),
    dateTime('OriginalStartDate', { displayName: 'Original Start Date', ...readOnly }),
    memo('ModifiedFieldsMask', 2_147_483_647, { displayName: 'Modified Fields Mask' }),
    guid('SubscriptionId', { displayName: 'Subscription', validForUpdate: false }),
    partyList('RequiredAttendees', 5, 'Required Attendees'),
    partyList('OptionalAttendees', 6, 'Optional Attendees'),
    partyList('Organizer', 7, 'Organizer'),
    ...states([
      [0, 'Open', 1, { 1: 'Free', 2: 'Tentative' }],
      [1, 'Completed', 3, { 3: 'Completed' }],
      [2, 'Canceled', 4, { 4: 'Canceled' }],
      [3, 'Scheduled', 5, { 5: 'Busy', 6: 'Out of Office' }],
    ]),
  ],
}
