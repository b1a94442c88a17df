import {
  choice,
  dateOnly,
  dateTime,
  decimal,
  guid,
  integer,
  lookup,
  memo,
  money,
  polymorphic,
  states,
  text,
  yesNo,
} from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { budgetStatuses, defaultValueOnly, needs, purchaseProcesses } from './choices.js'
import { readOnly } from './shared-columns.js'

const trillion = 1_000_000_000_000
const signed = { minValue: -trillion, maxValue: trillion }
const unsigned = { minValue: 0, maxValue: trillion }

/** `opportunity`, as in Dynamics 365 Sales. Winning and losing are actions of the service, not plain updates. */
export const opportunity: TableDefinition = {
  logicalName: 'opportunity',
  schemaName: 'Opportunity',
  displayName: 'Opportunity',
  displayCollectionName: 'Opportunities',
  entitySetName: 'opportunities',
  objectTypeCode: 3,
  primaryNameColumn: 'name',
  changeTrackingEnabled: true,
  stateRules: { byActionOnly: [1, 2], inactiveReadOnly: true },
  columns: [
    text('Name', 300, { displayName: 'Topic', applicationRequired: true }),
    text('EmailAddress', 100, { displayName: 'Email Address' }),
    memo('Description', 2000, { displayName: 'Description' }),
    memo('CurrentSituation', 2000, { displayName: 'Current Situation' }),
    memo('CustomerNeed', 2000, { displayName: 'Customer Need' }),
    memo('CustomerPainPoints', 2000, { displayName: 'Customer Pain Points' }),
    memo('ProposedSolution', 2000, { displayName: 'Proposed Solution' }),
    memo('QualificationComments', 2000, { displayName: 'Qualification Comments' }),
    memo('QuoteComments', 2000, { displayName: 'Quote Comments' }),
    polymorphic(
      'CustomerId',
      [
        ['account', 'customerid_account', 'opportunity_customer_accounts', 'cascade'],
        ['contact', 'customerid_contact', 'opportunity_customer_contacts', 'cascade'],
      ],
      { type: 'customer', displayName: 'Potential Customer' },
    ),
    lookup('ParentAccountId', 'account', 'opportunity_parent_account', { displayName: 'Account' }),
    lookup('ParentContactId', 'contact', 'opportunity_parent_contact', { displayName: 'Contact' }),
    lookup('OriginatingLeadId', 'lead', 'opportunity_originating_lead', { displayName: 'Originating Lead' }),
    lookup('PriceLevelId', 'pricelevel', 'price_level_opportunties', { displayName: 'Price List' }),
    money('EstimatedValue', 2, { displayName: 'Est. Revenue', ...signed }),
    dateOnly('EstimatedCloseDate', { displayName: 'Est. Close Date' }),
    money('ActualValue', 2, { displayName: 'Actual Revenue', ...signed }),
    dateOnly('ActualCloseDate', { displayName: 'Actual Close Date' }),
    integer('CloseProbability', 0, 100, { displayName: 'Probability' }),
    money('BudgetAmount', 2, { displayName: 'Budget Amount', ...unsigned }),
    choice('BudgetStatus', budgetStatuses, { displayName: 'Budget' }),
    money('DiscountAmount', 2, { displayName: 'Opportunity Discount Amount', ...unsigned }),
    decimal('DiscountPercentage', 2, {
      displayName: 'Opportunity Discount (%)',
      minValue: 0,
      maxValue: 100,
    }),
    money('FreightAmount', 2, { displayName: 'Freight Amount', ...unsigned }),
    money('TotalAmount', 2, { displayName: 'Total Amount' }),
    money('TotalAmountLessFreight', 2, { displayName: 'Total Pre-Freight Amount' }),
    money('TotalDiscountAmount', 2, { displayName: 'Total Discount Amount' }),
    money('TotalLineItemAmount', 2, { displayName: 'Total Detail Amount' }),
    money('TotalTax', 2, { displayName: 'Total Tax' }),
    choice(
      'OpportunityRatingCode',
      { 1: 'Hot', 2: 'Warm', 3: 'Cold' },
      {
        displayName: 'Rating',
        defaultValue: 2,
      },
    ),
    choice('PriorityCode', defaultValueOnly, { displayName: 'Priority', defaultValue: 1 }),
    choice(
      'SalesStage',
      { 0: 'Qualify', 1: 'Develop', 2: 'Propose', 3: 'Close' },
      {
        displayName: 'Sales Stage',
      },
    ),
    choice('SalesStageCode', defaultValueOnly, { displayName: 'Process Code', defaultValue: 1 }),
    choice('Need', needs, { displayName: 'Need' }),
    choice('PurchaseProcess', purchaseProcesses, { displayName: 'Purchase Process' }),
    choice(
      'TimeLine',
      { 0: 'Immediate', 1: 'This Quarter', 2: 'Next Quarter', 3: 'This Year', 4: 'Not known' },
      { displayName: 'Timeline' },
    ),
    yesNo('DecisionMaker', false, { displayName: 'Decision Maker?' }, ['mark complete', 'completed']),
    yesNo('IsRevenueSystemCalculated', false, { displayName: 'Revenue' }, [
      'User Provided',
      'System Calculated',
    ]),
    yesNo('ParticipatesInWorkflow', false, { displayName: 'Participates in Workflow' }),
    text('StepName', 200, { displayName: 'Pipeline Phase' }),
    guid('StepId', { displayName: 'Step' }),
    dateTime('FinalDecisionDate', { displayName: 'Final Decision Date' }),
    dateTime('LastOnHoldTime', { displayName: 'Last On Hold Time' }),
    integer('OnHoldTime', -2_147_483_648, 2_147_483_647, {
      displayName: 'On Hold Time (Minutes)',
      ...readOnly,
    }),
    ...states([
      [0, 'Open', 1, { 1: 'In Progress', 2: 'On Hold' }],
      [1, 'Won', 3, { 3: 'Won' }],
      [2, 'Lost', 4, { 4: 'Canceled', 5: 'Out-Sold' }],
    ]),
  ],
}
