import {
  choice,
  dateTime,
  double,
  integer,
  lookup,
  polymorphic,
  type TargetLine,
  text,
  yesNo,
} from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

const party = (table: string, collection = `${table}_activity_parties`): TargetLine => [
  table,
  `partyid_${table}`,
  collection,
  'no-cascade',
]

const allow = ['Allow', 'Do Not Allow'] as const

/** The ways in which somebody takes part in an activity; Microsoft Learn, "ActivityParty table". */
const participationTypes = {
  1: 'Sender',
  2: 'To Recipient',
  3: 'CC Recipient',
  4: 'BCC Recipient',
  5: 'Required attendee',
  6: 'Optional attendee',
  7: 'Organizer',
  8: 'Regarding',
  9: 'Owner',
  10: 'Resource',
  11: 'Customer',
  12: 'Chat Participant',
  13: 'Related',
}

/** `activityparty`: who takes part in an activity, and as what. The activities that it leads to are filled in by the schema. */
export const activityparty: TableDefinition = {
  logicalName: 'activityparty',
  schemaName: 'ActivityParty',
  displayName: 'Activity Party',
  displayCollectionName: 'Activity Parties',
  entitySetName: 'activityparties',
  objectTypeCode: 135,
  ownership: 'None',
  stateless: true,
  holdsParties: true,
  changeTrackingEnabled: true,
  optimisticConcurrencyEnabled: false,
  columns: [
    polymorphic('ActivityId', [], { displayName: 'Activity', required: true, validForUpdate: false }),
    polymorphic(
      'PartyId',
      [
        party('account'),
        party('contact'),
        party('lead'),
        party('equipment'),
        party('systemuser', 'system_user_activity_parties'),
      ],
      { displayName: 'Party' },
    ),
    choice('ParticipationTypeMask', participationTypes, { displayName: 'Participation Type' }),
    text('AddressUsed', 320, { displayName: 'Address' }),
    text('UnresolvedPartyName', 400, { displayName: 'Unresolved Party Name' }),
    integer('AddressUsedEmailColumnNumber', 1, 1_000_000_000, {
      displayName: 'Email column number of party',
      ...readOnly,
    }),
    double('Effort', 2, { displayName: 'Effort' }),
    text('ExchangeEntryId', 1024, { displayName: 'Exchange Entry' }),
    choice('InstanceTypeCode', { 0: 'Not Recurring' }, { displayName: 'Appointment Type', ...readOnly }),
    yesNo('IsPartyDeleted', false, { displayName: 'Is Party Deleted', ...readOnly }),
    yesNo('DoNotEmail', false, { displayName: 'Do not allow Emails', ...readOnly }, allow),
    yesNo('DoNotFax', false, { displayName: 'Do not allow Faxes', ...readOnly }, allow),
    yesNo('DoNotPhone', false, { displayName: 'Do not allow Phone Calls', ...readOnly }, allow),
    yesNo('DoNotPostalMail', false, { displayName: 'Do not allow Postal Mails', ...readOnly }, allow),
    dateTime('ScheduledStart', { displayName: 'Scheduled Start', ...readOnly }),
    dateTime('ScheduledEnd', { displayName: 'Scheduled End', ...readOnly }),
    // No navigation property leads on from it.
    { ...lookup('OwnerId', 'systemuser', '', readOnly), displayName: 'Owner', targets: [] },
  ],
}
