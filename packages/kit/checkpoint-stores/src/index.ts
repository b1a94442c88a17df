export {
  createFileCheckpointStore,
  type FileCheckpointStore,
  type FileCheckpointStoreOptions,
} from './lib/file-checkpoint-store.js'
export { createMemoryCheckpointStore, type MemoryCheckpointStore } from './lib/memory-checkpoint-store.js'
