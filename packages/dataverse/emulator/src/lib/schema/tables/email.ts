import {
  dateTime,
  guid,
  integer,
  lookup,
  partyList,
  polymorphic,
  states,
  text,
  yesNo,
} from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { activityColumns } from './activity-columns.js'
import { readOnly } from './shared-columns.js'

/** `email`, an activity with a sender and three kinds of recipients. Nothing is ever sent. */
export const email: TableDefinition = {
  logicalName: 'email',
  schemaName: 'Email',
  displayName: 'Email',
  displayCollectionName: 'Email Messages',
  entitySetName: 'emails',
  objectTypeCode: 4202,
  primaryNameColumn: 'subject',
  isActivity: true,
  changeTrackingEnabled: true,
  columns: [
    ...activityColumns({
      logicalName: 'email',
      subjectLength: 800,
      descriptionLength: 1_073_741_823,
      collection: 'Emails',
    }),
    yesNo('DirectionCode', true, { displayName: 'Direction' }, ['Incoming', 'Outgoing']),
    text('Sender', 250, { displayName: 'From' }),
    text('ToRecipients', 500, { displayName: 'To Recipients' }),
    text('SubmittedBy', 250, { displayName: 'Submitted By' }),
    text('MessageId', 320, { displayName: 'Message ID' }),
    text('InReplyTo', 320, { displayName: 'In Reply To Message', ...readOnly }),
    text('MimeType', 256, { displayName: 'Mime Type' }),
    text('TrackingToken', 50, { displayName: 'Tracking Token' }),
    guid('ConversationTrackingId', { displayName: 'Conversation Tracking Id', validForUpdate: false }),
    yesNo('ReadReceiptRequested', false, { displayName: 'Read Receipt Requested' }),
    yesNo('DeliveryReceiptRequested', false, { displayName: 'Delivery Receipt Requested' }),
    integer('AttachmentCount', 0, 2_147_483_647, { displayName: 'Attachment Count', ...readOnly }),
    integer('DeliveryAttempts', 0, 1_000_000_000, { displayName: 'No. of Delivery Attempts' }),
    dateTime('SentOn', { displayName: 'Date Sent', ...readOnly }),
    dateTime('PostponeEmailProcessingUntil', {
      displayName: 'Delay email processing until',
      ...readOnly,
    }),
    lookup('ParentActivityId', 'email', 'email_email_parentactivityid', {
      displayName: 'Parent Activity Id',
      validForUpdate: false,
    }),
    polymorphic(
      'EmailSender',
      [
        ['account', 'emailsender_account', 'Account_Email_EmailSender'],
        ['contact', 'emailsender_contact', 'Contact_Email_EmailSender'],
        ['lead', 'emailsender_lead', 'Lead_Email_EmailSender'],
        ['systemuser', 'emailsender_systemuser', 'SystemUser_Email_EmailSender'],
      ],
      { displayName: 'Sender', ...readOnly },
    ),
    lookup('SendersAccount', 'account', 'Account_Email_SendersAccount', {
      displayName: 'Senders Account',
      ...readOnly,
    }),
    partyList('From', 1, 'From'),
    partyList('To', 2, 'To'),
    partyList('Cc', 3, 'Cc'),
    partyList('Bcc', 4, 'Bcc'),
    ...states([
      [0, 'Open', 1, { 1: 'Draft', 8: 'Failed' }],
      [1, 'Completed', 2, { 2: 'Completed', 3: 'Sent', 4: 'Received', 6: 'Pending Send', 7: 'Sending' }],
      [2, 'Canceled', 5, { 5: 'Canceled' }],
    ]),
  ],
}
