import { bigint, dateTime, polymorphic, text } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

/** `fileattachment`: what is known of the files in file columns. The tables that it leads to are filled in by the schema. */
export const fileattachment: TableDefinition = {
  logicalName: 'fileattachment',
  schemaName: 'FileAttachment',
  displayName: 'File Attachment',
  entitySetName: 'fileattachments',
  objectTypeCode: 55,
  primaryNameColumn: 'filename',
  ownership: 'None',
  stateless: true,
  holdsFiles: true,
  canChangeTrackingBeEnabled: false,
  optimisticConcurrencyEnabled: false,
  columns: [
    polymorphic('ObjectId', [], { displayName: 'Regarding', ...readOnly }),
    dateTime('CreatedOn', { displayName: 'Created On', ...readOnly }),
    text('FileName', 255, { displayName: 'File Name', ...readOnly }),
    bigint('FileSizeInBytes', { displayName: 'File Size (Bytes)', ...readOnly }),
    text('MimeType', 256, { displayName: 'Mime Type', ...readOnly }),
    text('RegardingFieldName', 128, { displayName: 'Regarding Field Name', ...readOnly }),
  ],
}
