export { formatChangeLine, formatChangeLines } from './lib/change-line.js'
export type { Source, Stage } from './lib/stage.js'
export { type NdjsonItem, toNdjson } from './lib/to-ndjson.js'
