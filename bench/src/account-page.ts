/** Annotations of a value, in front of it, as the Web API writes them. */
const formatted = '@OData.Community.Display.V1.FormattedValue'
const lookupTable = '@Microsoft.Dynamics.CRM.lookuplogicalname'
const navigation = '@Microsoft.Dynamics.CRM.associatednavigationproperty'

const firstNames = [
  'Anna',
  'Bastian',
  'Chloé',
  'Dmitri',
  'Elif',
  'François',
  'Greta',
  'Jürgen',
  'Inès',
  'Søren',
]
const lastNames = ['Andersson', 'Brückner', 'Carvalho', 'Dubois', 'Eriksen', 'Fischer', 'Gómez', 'Horvat']
const cities = ['Århus', 'Berlin', 'Córdoba', 'Düsseldorf', 'Eindhoven', 'Göteborg', 'Lyon', 'Zürich']
const industries = [
  'Accounting',
  'Building Supply Retail',
  'Consulting',
  'Durable Manufacturing',
  'Wholesale',
]

/**
 * Writes rows like those of a tracked read of 18 columns of `account` with all annotations: some 1,800 bytes each, about
 * 0.9 % of them not ASCII, one in fifty a deletion. The same seed gives the same rows.
 */
export function writeAccountRows(count: number, serviceRoot: string, seed = 1): string {
  const random = createRandom(seed)
  const rows: string[] = []
  for (let index = 0; index < count; index += 1) {
    rows.push(index % 50 === 49 ? deletion(random, serviceRoot) : JSON.stringify(account(index, random)))
  }
  return rows.join(',')
}

function deletion(random: Random, serviceRoot: string): string {
  const context = `${serviceRoot}/$metadata#accounts/$deletedEntity`
  return JSON.stringify({ '@odata.context': context, id: guid(random), reason: 'deleted' })
}

function account(index: number, random: Random): Record<string, unknown> {
  const contact = `${pick(firstNames, random)} ${pick(lastNames, random)}`
  const city = pick(cities, random)
  const industry = random(industries.length)
  const version = 4_000_000 + index * 3
  const employees = random(5_000)
  return {
    '@odata.etag': `W/"${version}"`,
    accountid: guid(random),
    name: `${contact} & Söhne ${city} GmbH, "${pick(lastNames, random)}straße"`,
    accountnumber: `ACC-${String(index).padStart(7, '0')}`,
    telephone1: `+49 30 ${random(90_000_000) + 10_000_000}`,
    address1_city: city,
    description: `Says "${word(random)} ${word(random)}"\r\nContract ${guid(random)}\\${word(random)}, ${note(index, contact)}`,
    ...money('revenue', random(9_000_000)),
    ...choice('industrycode', industry + 1, industries[industry]!),
    ...choice('statecode', 0, 'Active'),
    ...choice('statuscode', 1, 'Active'),
    ...choice('creditonhold', random(20) === 0, 'No'),
    ...choice('numberofemployees', employees, employees.toLocaleString('en-US')),
    ...lookup('_ownerid_value', 'ownerid', 'systemuser', contact, random),
    ...lookup('_transactioncurrencyid_value', 'transactioncurrencyid', 'transactioncurrency', 'Euro', random),
    ...moment('createdon', random),
    ...moment('modifiedon', random),
    ...choice('versionnumber', version, version.toLocaleString('en-US')),
  }
}

/** Most text of a western customer base fits Latin-1; one row in forty does not. */
function note(index: number, contact: string): string {
  return index % 40 === 7 ? 'Łucja Wójcik – Gdańsk' : `${contact}, Malmö & Düsseldorf, négocié`
}

function money(name: string, value: number): Record<string, unknown> {
  return { [`${name}${formatted}`]: `€${value.toLocaleString('en-US')}.00`, [name]: value }
}

function choice(name: string, value: number | boolean, label: string): Record<string, unknown> {
  return { [`${name}${formatted}`]: label, [name]: value }
}

function lookup(
  name: string,
  property: string,
  table: string,
  label: string,
  random: Random,
): Record<string, unknown> {
  return {
    [`${name}${formatted}`]: label,
    [`${name}${navigation}`]: property,
    [`${name}${lookupTable}`]: table,
    [name]: guid(random),
  }
}

function moment(name: string, random: Random): Record<string, unknown> {
  const [day, hour, minute, second] = [28, 11, 59, 59].map((below) =>
    String(random(below) + 1).padStart(2, '0'),
  )
  return {
    [`${name}${formatted}`]: `3/${Number(day)}/2026 ${Number(hour)}:${minute} AM`,
    [name]: `2026-03-${day}T${hour}:${minute}:${second}Z`,
  }
}

/** A whole number from 0 up to, not including, `below`. */
type Random = (below: number) => number

/** Mulberry32: small, fast and the same everywhere. */
function createRandom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

function pick(list: readonly string[], random: Random): string {
  return list[random(list.length)]!
}

function word(random: Random): string {
  return Array.from({ length: 7 }, () => String.fromCharCode(97 + random(26))).join('')
}

function guid(random: Random): string {
  const digits = Array.from({ length: 8 }, () => random(65_536).toString(16).padStart(4, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
