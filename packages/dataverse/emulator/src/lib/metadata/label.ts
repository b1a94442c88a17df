import { deterministicId } from '../schema/deterministic-id.js'

/** One text in one language. */
interface LocalizedLabel {
  readonly Label: string
  readonly LanguageCode: number
  readonly IsManaged: boolean
  readonly MetadataId: string
  readonly HasChanged: null
}

/** A text in all its languages. */
export interface Label {
  readonly LocalizedLabels: readonly LocalizedLabel[]
  readonly UserLocalizedLabel: LocalizedLabel | null
}

const english = 1033

/** A label in English; without a text, a label in no language. `owner` makes its id. */
export function createLabel(text: string | undefined, owner: string, isManaged: boolean): Label {
  if (text === undefined) return { LocalizedLabels: [], UserLocalizedLabel: null }
  const label: LocalizedLabel = {
    Label: text,
    LanguageCode: english,
    IsManaged: isManaged,
    MetadataId: deterministicId(`label:${owner}`),
    HasChanged: null,
  }
  return { LocalizedLabels: [label], UserLocalizedLabel: label }
}

/** The text of a label that came in a request, if there is one. */
export function labelText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { UserLocalizedLabel: preferred, LocalizedLabels: all } = value as Record<string, unknown>
  const candidates = [preferred, ...(Array.isArray(all) ? all : [])]
  for (const candidate of candidates) {
    const text = (candidate as { readonly Label?: unknown } | null | undefined)?.Label
    if (typeof text === 'string') return text
  }
  return undefined
}
