// An emulator that replaces its snapshot every few writes, so that a kill falls into that too.
import { startEmulator } from '../../dist/index.js'

const emulator = await startEmulator({ stateDirectory: process.argv[2], compactAfterBytes: 1 })
process.stdout.write(`${emulator.url}\n`)
