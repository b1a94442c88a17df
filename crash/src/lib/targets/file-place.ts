import type { Files } from '@deltaverse/durable-files'

/** Where files of a sink lie. */
export interface FilePlace {
  readonly files: Files
  readonly directory: string
  readonly name: string
}
