import {
  choice,
  dateTime,
  double,
  integer,
  type Labels,
  memo,
  money,
  text,
  yesNo,
} from '../column-builders.js'
import type { ColumnDefinition } from '../table-definition.js'
import { defaultValueOnly } from './choices.js'

/** For columns that only the service writes. */
export const readOnly = { validForCreate: false, validForUpdate: false } as const

/** The range of most amounts. */
export const amount = { minValue: 0, maxValue: 100_000_000_000_000 } as const

/** How the address blocks of the tables differ. */
export interface AddressShape {
  readonly types?: Labels
  readonly shippingMethods?: Labels
  /** Leave out to have no freight terms and no primary contact, as `lead`. */
  readonly freightTerms?: Labels
  readonly nameLength?: number
  readonly lineLength?: number
  readonly cityLength?: number
  readonly regionLength?: number
  readonly countryLength?: number
  readonly codeLength?: number
  readonly phoneLength?: number
  /** Default: `true`. */
  readonly composite?: boolean
}

/** The options of an account's or contact's first address. */
export const firstAddress: AddressShape = {
  types: { 1: 'Bill To', 2: 'Ship To', 3: 'Primary', 4: 'Other' },
  shippingMethods: {
    1: 'Airborne',
    2: 'DHL',
    3: 'FedEx',
    4: 'UPS',
    5: 'Postal Mail',
    6: 'Full Load',
    7: 'Will Call',
  },
  freightTerms: { 1: 'FOB', 2: 'No Charge' },
}

/** One address block: its parts and their read-only composite. */
export function addressColumns(number: 1 | 2 | 3, shape: AddressShape): ColumnDefinition[] {
  const prefix = `Address${number}_`
  const label = (part: string): { displayName: string } => ({ displayName: `Address ${number}: ${part}` })
  const part = (name: string, maxLength: number, title: string): ColumnDefinition =>
    text(`${prefix}${name}`, maxLength, label(title))
  const phone = shape.phoneLength ?? 50
  return [
    choice(`${prefix}AddressTypeCode`, shape.types ?? defaultValueOnly, {
      ...label('Address Type'),
      ...(shape.types ? {} : { defaultValue: 1 }),
    }),
    part('Name', shape.nameLength ?? 200, 'Name'),
    ...freightColumns(prefix, shape, label),
    part('Line1', shape.lineLength ?? 250, 'Street 1'),
    part('Line2', shape.lineLength ?? 250, 'Street 2'),
    part('Line3', shape.lineLength ?? 250, 'Street 3'),
    part('City', shape.cityLength ?? 80, 'City'),
    part('StateOrProvince', shape.regionLength ?? 50, 'State/Province'),
    part('County', shape.regionLength ?? 50, 'County'),
    part('Country', shape.countryLength ?? 80, 'Country/Region'),
    part('PostOfficeBox', shape.codeLength ?? 20, 'Post Office Box'),
    part('PostalCode', shape.codeLength ?? 20, 'ZIP/Postal Code'),
    part('UPSZone', 4, 'UPS Zone'),
    integer(`${prefix}UTCOffset`, -1500, 1500, label('UTC Offset')),
    double(`${prefix}Latitude`, 5, { ...label('Latitude'), minValue: -90, maxValue: 90 }),
    double(`${prefix}Longitude`, 5, { ...label('Longitude'), minValue: -180, maxValue: 180 }),
    choice(`${prefix}ShippingMethodCode`, shape.shippingMethods ?? defaultValueOnly, {
      ...label('Shipping Method'),
      ...(shape.shippingMethods ? {} : { defaultValue: 1 }),
    }),
    part('Telephone1', phone, 'Telephone 1'),
    part('Telephone2', 50, 'Telephone 2'),
    part('Telephone3', 50, 'Telephone 3'),
    part('Fax', phone, 'Fax'),
    ...(shape.composite === false ? [] : [compositeColumn(number, prefix)]),
  ]
}

function freightColumns(
  prefix: string,
  shape: AddressShape,
  label: (part: string) => { displayName: string },
): ColumnDefinition[] {
  if (shape.freightTerms === undefined) return []
  return [
    text(`${prefix}PrimaryContactName`, 100, label('Primary Contact Name')),
    choice(`${prefix}FreightTermsCode`, shape.freightTerms, {
      ...label('Freight Terms'),
      ...(shape.freightTerms === defaultValueOnly ? { defaultValue: 1 } : {}),
    }),
  ]
}

function compositeColumn(number: number, prefix: string): ColumnDefinition {
  return memo(`${prefix}Composite`, 1000, {
    displayName: `Address ${number}`,
    composition: addressComposition(prefix.toLowerCase()),
  })
}

function addressComposition(prefix: string): string {
  return [
    `{${prefix}line1}`,
    `{${prefix}line2}`,
    `{${prefix}line3}`,
    `{${prefix}city}, {${prefix}stateorprovince} {${prefix}postalcode}`,
    `{${prefix}country}`,
  ].join('\r\n')
}

/** The consent columns of account, contact and lead. */
export function consentColumns(): ColumnDefinition[] {
  const allowed = ['Allow', 'Do Not Allow'] as const
  const consent = (name: string, what: string): ColumnDefinition =>
    yesNo(name, false, { displayName: `Do not allow ${what}` }, allowed)
  return [
    consent('DoNotPhone', 'Phone Calls'),
    consent('DoNotFax', 'Faxes'),
    consent('DoNotEMail', 'Emails'),
    consent('DoNotPostalMail', 'Mails'),
    consent('DoNotBulkEMail', 'Bulk Emails'),
    yesNo('DoNotSendMM', false, { displayName: 'Send Marketing Materials' }, ['Send', 'Do Not Send']),
    yesNo('FollowEmail', true, { displayName: 'Follow Email Activity' }, ['Do Not Allow', 'Allow']),
  ]
}

/** The bookkeeping columns that account, contact and lead have besides the usual ones. */
export function customerColumns(): ColumnDefinition[] {
  return [
    yesNo('ParticipatesInWorkflow', false, { displayName: 'Participates in Workflow' }),
    yesNo('IsPrivate', false, { displayName: 'Is Private', ...readOnly }),
    yesNo('Merged', false, { displayName: 'Merged', ...readOnly }),
    dateTime('LastUsedInCampaign', { displayName: 'Last Date Included in Campaign', validForCreate: false }),
    integer('OnHoldTime', -2_147_483_648, 2_147_483_647, {
      displayName: 'On Hold Time (Minutes)',
      ...readOnly,
    }),
    dateTime('LastOnHoldTime', { displayName: 'Last On Hold Time' }),
    text('TimeSpentByMeOnEmailAndMeetings', 1250, { displayName: 'Time Spent by me', ...readOnly }),
  ]
}

/** The credit columns of account and contact. */
export function creditColumns(): ColumnDefinition[] {
  return [
    money('CreditLimit', 2, { displayName: 'Credit Limit', ...amount }),
    yesNo('CreditOnHold', false, { displayName: 'Credit Hold' }),
    money('Aging30', 2, { displayName: 'Aging 30', ...readOnly, ...amount }),
    money('Aging60', 2, { displayName: 'Aging 60', ...readOnly, ...amount }),
    money('Aging90', 2, { displayName: 'Aging 90', ...readOnly, ...amount }),
    yesNo('DoNotBulkPostalMail', false, { displayName: 'Do not allow Bulk Mails' }),
    yesNo('MarketingOnly', false, { displayName: 'Marketing Only' }),
  ]
}
