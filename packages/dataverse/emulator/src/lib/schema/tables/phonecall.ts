import { guid, partyList, states, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { activityColumns } from './activity-columns.js'

/** `phonecall`, an activity with a caller and the people called. */
export const phonecall: TableDefinition = {
  logicalName: 'phonecall',
  schemaName: 'PhoneCall',
  displayName: 'Phone Call',
  entitySetName: 'phonecalls',
  objectTypeCode: 4210,
  primaryNameColumn: 'subject',
  isActivity: true,
  changeTrackingEnabled: true,
  columns: [
    ...activityColumns({
      logicalName: 'phonecall',
      subjectLength: 200,
      descriptionLength: 2000,
      collection: 'Phonecalls',
    }),
    text('PhoneNumber', 200, { displayName: 'Phone Number' }),
    yesNo('DirectionCode', true, { displayName: 'Direction' }, ['Incoming', 'Outgoing']),
    yesNo('LeftVoiceMail', false, { displayName: 'Left Voice Mail' }),
    guid('SubscriptionId', { displayName: 'Subscription', validForUpdate: false }),
    partyList('From', 1, 'Call From'),
    partyList('To', 2, 'Call To'),
    ...states([
      [0, 'Open', 1, { 1: 'Open' }],
      [1, 'Completed', 2, { 2: 'Made', 4: 'Received' }],
      [2, 'Canceled', 3, { 3: 'Canceled' }],
    ]),
  ],
}
