export { fileError } from './lib/testing/file-errors.js'
export { type FileCall, interceptFiles } from './lib/testing/intercept-files.js'
export { createMemoryDisk, type MemoryDisk, type PowerCut } from './lib/testing/memory-disk.js'
