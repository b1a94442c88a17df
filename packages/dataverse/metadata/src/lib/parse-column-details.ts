import { asJsonObject, type JsonObject, listOf, textOf } from './json-members.js'
import type {
  ChoiceOption,
  ColumnDetail,
  DateBehavior,
  DetailedKind,
  LocalizedLabel,
} from './table-metadata.js'

/** Options of a column's own set, or of one that several columns share: whichever the service fills in. */
const optionSets = '&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)'

const casts: Readonly<Record<DetailedKind, readonly [type: string, query: string]>> = {
  boolean: ['Boolean', '&$expand=OptionSet($select=TrueOption,FalseOption)'],
  choice: ['Picklist', optionSets],
  choices: ['MultiSelectPicklist', optionSets],
  state: ['State', ',DefaultFormValue&$expand=OptionSet($select=Options)'],
  status: ['Status', '&$expand=OptionSet($select=Options)'],
  date: ['DateTime', ',DateTimeBehavior,Format'],
  decimal: ['Decimal', ',Precision'],
  money: ['Money', ',Precision'],
  double: ['Double', ',Precision'],
  file: ['File', ',MaxSizeInKB'],
  image: ['Image', ',MaxSizeInKB,CanStoreFullImage'],
}

/** Path of the columns of one kind, cast to their type: only a cast shows options, behaviour and precision. */
export function formatDetailPath(table: string, kind: DetailedKind): string {
  const [type, query] = casts[kind]
  return `EntityDefinitions(LogicalName='${table}')/Attributes/Microsoft.Dynamics.CRM.${type}AttributeMetadata?$select=LogicalName${query}`
}

/** Reads the answer: details by the column's logical name. */
export function parseColumnDetails(body: unknown): ReadonlyMap<string, ColumnDetail> {
  const attributes = listOf(asJsonObject(body, 'column definitions'), 'value')
  return new Map(attributes.map((attribute) => [textOf(attribute, 'LogicalName'), readDetail(attribute)]))
}

function readDetail(attribute: JsonObject): ColumnDetail {
  const optionSet = attribute.OptionSet ?? attribute.GlobalOptionSet
  const behavior = attribute.DateTimeBehavior
  return {
    ...(isObject(optionSet) ? { options: readOptions(optionSet) } : {}),
    ...(typeof attribute.DefaultFormValue === 'number' ? { defaultValue: attribute.DefaultFormValue } : {}),
    ...(isObject(behavior) ? { dateBehavior: readBehavior(behavior.Value) } : {}),
    ...(typeof attribute.Precision === 'number' ? { precision: attribute.Precision } : {}),
    ...(typeof attribute.MaxSizeInKB === 'number' ? { maxSizeInKB: attribute.MaxSizeInKB } : {}),
    ...(typeof attribute.CanStoreFullImage === 'boolean'
      ? { canStoreFullImage: attribute.CanStoreFullImage }
      : {}),
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}

function readBehavior(value: unknown): DateBehavior {
  return value === 'DateOnly' || value === 'TimeZoneIndependent' ? value : 'UserLocal'
}

function readOptions(optionSet: JsonObject): ChoiceOption[] {
  const options = listOf(optionSet, 'Options')
  const yesNo = [optionSet.FalseOption, optionSet.TrueOption].filter(isObject)
  return [...options, ...yesNo].flatMap((option) => {
    const { Value: value, State: state, DefaultStatus: defaultStatus } = option
    if (typeof value !== 'number') return []
    const labels = readLabels(option.Label)
    return [
      {
        value,
        label: labels[0] ?? String(value),
        labels,
        localizedLabels: readLocalizedLabels(option.Label),
        ...(typeof state === 'number' ? { state } : {}),
        ...(typeof defaultStatus === 'number' ? { defaultStatus } : {}),
      },
    ]
  })
}

/** The caller's language first. */
function readLabels(label: unknown): string[] {
  if (!isObject(label)) return []
  const own = isObject(label.UserLocalizedLabel) ? [label.UserLocalizedLabel] : []
  const texts = [...own, ...listOf(label, 'LocalizedLabels')].flatMap(({ Label }) =>
    typeof Label === 'string' ? [Label] : [],
  )
  return [...new Set(texts)]
}

function readLocalizedLabels(label: unknown): LocalizedLabel[] {
  if (!isObject(label)) return []
  const own = isObject(label.UserLocalizedLabel) ? label.UserLocalizedLabel : undefined
  const seen = new Set<unknown>()
  return [...(own === undefined ? [] : [own]), ...listOf(label, 'LocalizedLabels')].flatMap((each) => {
    const { Label, LanguageCode: languageCode } = each
    if (typeof Label !== 'string' || typeof languageCode !== 'number' || seen.has(languageCode)) return []
    seen.add(languageCode)
    return [{ label: Label, languageCode, isUserLanguage: languageCode === own?.LanguageCode }]
  })
}
