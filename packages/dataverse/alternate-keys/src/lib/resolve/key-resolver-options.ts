import { type Clock, systemClock } from '@deltaverse/core'
import type { MetadataReader } from '@deltaverse/metadata'
import {
  defineOptions,
  durationMs,
  instance,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  whole,
} from '@deltaverse/options'

const options = defineOptions('createKeyResolver()', {
  metadata: instance<MetadataReader>(
    ['table', 'details'],
    'made by createMetadataReader()',
  )({
    defaultText: 'a reader of its own',
    doc: 'Where table definitions come from.',
  }),
  maxEntries: whole({
    default: 100_000,
    min: 1,
    doc: 'Keys remembered; the least recently used go first. About 300 bytes each.',
  }),
  ttlMs: durationMs({ default: 600_000, doc: 'How long a found row is remembered. 0 remembers nothing.' }),
  missTtlMs: durationMs({
    default: 60_000,
    doc: 'How long it is remembered that there is no row, or more than one.',
  }),
  concurrency: whole({ default: 4, min: 1, doc: 'Queries at a time.' }),
  maxKeysPerRequest: whole({
    default: 1_000,
    min: 1,
    doc: 'Most keys in one query, besides what the length of a URL and the 500 conditions of a filter allow.',
  }),
  maxUrlLength: whole({
    default: 32_000,
    min: 1_000,
    max: 32_768,
    doc: 'Characters of a URL; the service takes 32,768 of a GET.',
  }),
  notAddressable: oneOf(['look-up', 'refuse'], {
    default: 'look-up',
    doc: 'What address() does with a key that is not Active, or holds characters that the service does not take in an address (/ < > * % & : \\ ? + #): look-up the GUID by a query, or refuse.',
  }),
  textComparison: oneOf(['ignore-case', 'ignore-case-and-accents', 'exact'], {
    default: 'ignore-case-and-accents',
    doc: 'How what was found is recognized. Most databases of Dataverse ignore case and accents (Microsoft Learn: Language collations); where yours does not, the default still finds what is there and nothing else, because keys that differ in these only are asked for apart.',
  }),
  clock: instance<Pick<Clock, 'now'>>(['now'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Tells the time.',
  }),
})

export type KeyResolverOptions = OptionsInput<typeof options.spec>
export type KeyResolverSettings = OptionsOutput<typeof options.spec>

/** @throws RangeError or TypeError for an option that cannot be right */
export function toKeyResolverSettings(input: KeyResolverOptions): KeyResolverSettings {
  return options.parse(input)
}
