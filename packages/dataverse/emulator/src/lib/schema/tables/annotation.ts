import { entityName, integer, lookup, memo, polymorphic, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

/** `annotation` (note), without the attachment's own upload messages. */
export const annotation: TableDefinition = {
  logicalName: 'annotation',
  schemaName: 'Annotation',
  displayName: 'Note',
  entitySetName: 'annotations',
  objectTypeCode: 5,
  primaryNameColumn: 'subject',
  stateless: true,
  changeTrackingEnabled: true,
  columns: [
    text('Subject', 500, { displayName: 'Title' }),
    memo('NoteText', 100_000, { displayName: 'Description' }),
    yesNo('IsDocument', false, { displayName: 'Is Document' }),
    text('FileName', 255, { displayName: 'File Name' }),
    text('MimeType', 256, { displayName: 'Mime Type' }),
    memo('DocumentBody', 1_073_741_823, { displayName: 'Document' }),
    integer('FileSize', 0, 1_000_000_000, { displayName: 'File Size (Bytes)', ...readOnly }),
    text('LangId', 2, { displayName: 'Language ID' }),
    text('StepId', 32, { displayName: 'Step Id' }),
    lookup('OwningUser', 'systemuser', 'annotation_owning_user', {
      displayName: 'Owning User',
      onDelete: 'no-cascade',
      ...readOnly,
    }),
    lookup('CreatedOnBehalfBy', 'systemuser', 'lk_annotationbase_createdonbehalfby', {
      displayName: 'Created By (Delegate)',
      onDelete: 'no-cascade',
      ...readOnly,
    }),
    lookup('ModifiedOnBehalfBy', 'systemuser', 'lk_annotationbase_modifiedonbehalfby', {
      displayName: 'Modified By (Delegate)',
      onDelete: 'no-cascade',
      ...readOnly,
    }),
    polymorphic(
      'ObjectId',
      [
        ['account', 'objectid_account', 'Account_Annotation', 'cascade'],
        ['contact', 'objectid_contact', 'Contact_Annotation', 'cascade'],
        ['lead', 'objectid_lead', 'Lead_Annotation', 'cascade'],
        ['opportunity', 'objectid_opportunity', 'Opportunity_Annotation', 'cascade'],
        ['product', 'objectid_product', 'Product_Annotation', 'cascade'],
        ['task', 'objectid_task', 'Task_Annotation', 'cascade'],
        ['email', 'objectid_email', 'Email_Annotation', 'cascade'],
        ['phonecall', 'objectid_phonecall', 'PhoneCall_Annotation', 'cascade'],
        ['appointment', 'objectid_appointment', 'Appointment_Annotation', 'cascade'],
      ],
      { displayName: 'Regarding' },
    ),
    entityName('ObjectTypeCode', 'objectid', true),
  ],
}
