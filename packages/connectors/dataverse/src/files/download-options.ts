import { type Clock, systemClock } from '@deltaverse/core'
import {
  bytes,
  callable,
  defineOptions,
  instance,
  MiB,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  signal,
  whole,
} from '@deltaverse/options'
import { placeOptions } from './file-place.js'

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes handed out, those before `from` included. */
  readonly receivedBytes: number
  /** Absent where the service does not say it. */
  readonly totalBytes?: number | undefined
}

const options = defineOptions('downloadFile()', {
  ...placeOptions,
  imageSize: oneOf(['full', 'thumbnail'], {
    default: 'full',
    doc: 'Of an image: the whole one, where the column keeps it, or the thumbnail of 144 by 144 pixels at most.',
  }),
  from: whole({
    default: 0,
    min: 0,
    doc: 'Bytes that are there already, of a download that broke off: the stream begins behind them.',
  }),
  chunkBytes: bytes({ default: 4 * MiB, min: 1, doc: 'Bytes that are asked for in one request.' }),
  maxAttempts: whole({
    default: 5,
    min: 1,
    max: 100,
    doc: 'How often in a row the body of an answer may break off without a byte.',
  }),
  onProgress: callable<(progress: DownloadProgress) => void>()({ doc: 'Told after each piece of bytes.' }),
  clock: instance<Clock>(['now', 'delay'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Waits between attempts.',
  }),
  signal: signal({ doc: 'Ends the download: the stream is destroyed with its reason.' }),
})

export type DownloadFileOptions = OptionsInput<typeof options.spec>
export type DownloadSettings = OptionsOutput<typeof options.spec>

/** @throws TypeError or RangeError for options that cannot be right */
export function toDownloadSettings(input: DownloadFileOptions): DownloadSettings {
  return options.parse(input)
}
