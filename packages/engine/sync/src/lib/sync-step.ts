/**
 * Where a sync stands between two of its actions. For tests and harnesses that break it off there.
 *
 * | step | stands |
 * |---|---|
 * | `lease-taken` | behind the lease, before the state is loaded |
 * | `opened` | behind the opening of fingerprint store and sink |
 * | `page-read` | before a group of events from the source is handed on |
 * | `batch-written` | behind the sink's taking a group of changes |
 * | `resync-began` | behind a `reset` |
 * | `before-complete` | before a full read is ended |
 * | `deletions-derived` | behind a group of deletions that a fingerprint store told |
 * | `columns-read` | before a group of rows is given columns that came later |
 * | `columns-written` | behind the sink's taking them |
 * | `before-fingerprint-commit` | before everything that the fingerprint store recorded is made durable |
 * | `before-sink-commit` | behind that, before the sink commits |
 * | `after-sink-commit` | between the sink's commit and the saving of the state; not with a sink that does both in one |
 * | `after-state-saved` | behind both |
 */
export type SyncStep =
  | 'lease-taken'
  | 'opened'
  | 'page-read'
  | 'batch-written'
  | 'resync-began'
  | 'before-complete'
  | 'deletions-derived'
  | 'columns-read'
  | 'columns-written'
  | 'before-fingerprint-commit'
  | 'before-sink-commit'
  | 'after-sink-commit'
  | 'after-state-saved'
