import {
  bytes,
  defineOptions,
  KiB,
  MiB,
  type OptionsInput,
  type OptionsOutput,
  text,
  whole,
} from '@deltaverse/options'

const options = defineOptions('createFingerprints()', {
  directory: text({
    required: true,
    doc: 'Directory of this fingerprint store alone, one for each table; made when it is missing.',
  }),
  keptCommits: whole({
    default: 16,
    min: 2,
    doc: 'How many of the last commits it can be opened at. A sync needs two, as it saves its state behind every commit; raise it for a caller that commits more often than it saves.',
  }),
  maxPendingRows: whole({
    default: 20_000,
    min: 1,
    doc: 'Rows recorded or removed that are held in memory before they are written, about 300 bytes each.',
  }),
  cacheBytes: bytes({
    default: 16 * MiB,
    min: 64 * KiB,
    doc: "Memory for the store's cache, and again, up to twice, for what it has not sorted into files yet.",
  }),
})

export type FingerprintsOptions = OptionsInput<typeof options.spec>
export type FingerprintSettings = OptionsOutput<typeof options.spec>

/** Checks the options and fills in the defaults. @throws TypeError or RangeError that names the option */
export function toFingerprintSettings(input: FingerprintsOptions): FingerprintSettings {
  return options.parse(input)
}
