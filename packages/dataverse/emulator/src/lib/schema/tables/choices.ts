import type { Labels } from '../column-builders.js'

/** Option sets that several tables share; where a table has its own set of the same options, it says so by name. */
export const defaultValueOnly: Labels = { 1: 'Default Value' }

export const contactMethods: Labels = { 1: 'Any', 2: 'Email', 3: 'Phone', 4: 'Fax', 5: 'Mail' }

export const weekdays: Labels = {
  0: 'Sunday',
  1: 'Monday',
  2: 'Tuesday',
  3: 'Wednesday',
  4: 'Thursday',
  5: 'Friday',
  6: 'Saturday',
}

export const timesOfDay: Labels = { 1: 'Morning', 2: 'Afternoon', 3: 'Evening' }

export const paymentTerms: Labels = { 1: 'Net 30', 2: '2% 10, Net 30', 3: 'Net 45', 4: 'Net 60' }

export const budgetStatuses: Labels = { 0: 'No Committed Budget', 1: 'May Buy', 2: 'Can Buy', 3: 'Will Buy' }

export const needs: Labels = { 0: 'Must have', 1: 'Should have', 2: 'Good to have', 3: 'No need' }

export const purchaseProcesses: Labels = { 0: 'Individual', 1: 'Committee', 2: 'Unknown' }

export const timeFrames: Labels = {
  0: 'Immediate',
  1: 'This Quarter',
  2: 'Next Quarter',
  3: 'This Year',
  4: 'Unknown',
}

export const industries: Labels = {
  1: 'Accounting',
  2: 'Agriculture and Non-petrol Natural Resource Extraction',
  3: 'Broadcasting Printing and Publishing',
  4: 'Brokers',
  5: 'Building Supply Retail',
  6: 'Business Services',
  7: 'Consulting',
  8: 'Consumer Services',
  9: 'Design, Direction and Creative Management',
  10: 'Distributors, Dispatchers and Processors',
  11: "Doctor's Offices and Clinics",
  12: 'Durable Manufacturing',
  13: 'Eating and Drinking Places',
  14: 'Entertainment Retail',
  15: 'Equipment Rental and Leasing',
  16: 'Financial',
  17: 'Food and Tobacco Processing',
  18: 'Inbound Capital Intensive Processing',
  19: 'Inbound Repair and Services',
  20: 'Insurance',
  21: 'Legal Services',
  22: 'Non-Durable Merchandise Retail',
  23: 'Outbound Consumer Service',
  24: 'Petrochemical Extraction and Distribution',
  25: 'Service Retail',
  26: 'SIG Affiliations',
  27: 'Social Services',
  28: 'Special Outbound Trade Contractors',
  29: 'Specialty Realty',
  30: 'Transportation',
  31: 'Utility Creation and Distribution',
  32: 'Vehicle Retail',
  33: 'Wholesale',
}

export const relationshipTypes: Labels = {
  1: 'Competitor',
  2: 'Consultant',
  3: 'Customer',
  4: 'Investor',
  5: 'Partner',
  6: 'Influencer',
  7: 'Press',
  8: 'Prospect',
  9: 'Reseller',
  10: 'Supplier',
  11: 'Vendor',
  12: 'Other',
}

export const leadSources: Labels = {
  1: 'Advertisement',
  2: 'Employee Referral',
  3: 'External Referral',
  4: 'Partner',
  5: 'Public Relations',
  6: 'Seminar',
  7: 'Trade Show',
  8: 'Web',
  9: 'Word of Mouth',
  10: 'Other',
}
