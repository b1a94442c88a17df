import type { RequestSizer } from '@deltaverse/client'
import type { MetadataReader } from '@deltaverse/metadata'
import {
  defineOptions,
  flag,
  instance,
  type OptionsInput,
  type OptionsOutput,
  text,
} from '@deltaverse/options'
import { serviceOptions } from '../plan/service-options.js'
import { toWriterSettings, upsertWriterOptions, type WriterSettings } from '../writer-options.js'

const {
  entitySet,
  batchSize,
  maxWaitMs,
  concurrency,
  onAbort,
  stopAfterFailures,
  maxAttempts,
  baseDelayMs,
  clock,
  random,
} = upsertWriterOptions.spec

const options = defineOptions('createLinkWriter()', {
  entitySet,
  navigation: text({
    required: true,
    form: { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, words: "a name such as 'accountleads_association'" },
    doc: 'Navigation property of that table which leads to the rows of the other one; case-sensitive.',
  }),
  skipUnchanged: flag({
    default: false,
    doc: 'Looks first which pairs exist and sends only what differs. Without it, unchanged is what the service says is there (or not there) already, which it may not do everywhere.',
  }),
  batchSize,
  maxWaitMs,
  concurrency,
  onAbort,
  stopAfterFailures,
  maxAttempts,
  baseDelayMs,
  metadata: instance<MetadataReader>(['tableOfSet', 'table', 'manyToMany'])({
    defaultText: 'the service is asked, once',
    doc: 'Where to learn about tables and relationships.',
  }),
  clock,
  random,
  ...serviceOptions,
})

export type LinkWriterOptions = OptionsInput<typeof options.spec>

/** The options of a link writer, and those of the ways that it shares with the writer of rows. */
export interface LinkSettings {
  readonly own: OptionsOutput<typeof options.spec>
  readonly writer: WriterSettings
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function toLinkSettings(
  input: LinkWriterOptions,
  sizerOf: (name: string) => RequestSizer,
): LinkSettings {
  const own = options.parse(input)
  const { navigation, skipUnchanged: _, metadata: __, ...shared } = own
  const sizer = sizerOf(`link ${own.entitySet} ${navigation}`)
  const writer = toWriterSettings({ ...shared, operation: 'update', strategy: 'batch', sizer })
  return { own, writer }
}
