#!/usr/bin/env node
import { runProgram } from './command-line/run-program.js'
import { tolerateClosedOutput } from './program/closed-output.js'

tolerateClosedOutput()
process.exitCode = await runProgram(process.argv.slice(2), process.env)
