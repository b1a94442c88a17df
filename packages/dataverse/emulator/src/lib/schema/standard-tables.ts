import type { TableDefinition } from './table-definition.js'
import { account } from './tables/account.js'
import { activityparty } from './tables/activityparty.js'
import { annotation } from './tables/annotation.js'
import { appointment } from './tables/appointment.js'
import { businessunit } from './tables/businessunit.js'
import { contact } from './tables/contact.js'
import { email } from './tables/email.js'
import { equipment } from './tables/equipment.js'
import { fileattachment } from './tables/fileattachment.js'
import { intersects } from './tables/intersects.js'
import { asyncoperation, bulkdeletefailure, bulkdeleteoperation } from './tables/jobs.js'
import { lead } from './tables/lead.js'
import { opportunity } from './tables/opportunity.js'
import { organization } from './tables/organization.js'
import { phonecall } from './tables/phonecall.js'
import { pricelevel } from './tables/pricelevel.js'
import { product } from './tables/product.js'
import { systemuser } from './tables/systemuser.js'
import { task } from './tables/task.js'
import { team } from './tables/team.js'
import { territory } from './tables/territory.js'
import { transactioncurrency } from './tables/transactioncurrency.js'
import { uom, uomschedule } from './tables/units.js'

/**
 * The tables that every emulated environment has, as plain definitions: names, types, lengths, options and navigation
 * properties as in a real environment. account, contact, lead and team are known to have change tracking on; for the
 * other tables that a synchronization may need it is switched on here, and a real environment may differ.
 */
export const standardTables: readonly TableDefinition[] = [
  organization,
  businessunit,
  systemuser,
  team,
  transactioncurrency,
  territory,
  account,
  contact,
  lead,
  opportunity,
  product,
  pricelevel,
  uomschedule,
  uom,
  equipment,
  task,
  email,
  phonecall,
  appointment,
  activityparty,
  annotation,
  asyncoperation,
  bulkdeleteoperation,
  bulkdeletefailure,
  fileattachment,
  ...intersects,
]
