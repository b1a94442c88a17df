import { CommanderError } from 'commander'
import { exitCodes } from '../program/exit-codes.js'
import { UsageError } from '../program/usage-error.js'
import { createProgram } from './create-program.js'

/** Runs the program and resolves with its exit code. */
export async function runProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  let exitCode: number = exitCodes.done
  const program = createProgram(async (output, load) => {
    // Loaded only now: who asks for help waits for nothing else.
    const { runCommand } = await import('./run-command.js')
    exitCode = await runCommand({ name: argv[0] ?? '', output, load, env })
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.done
      return wrongArguments(error.message.replace(/^error: |\.$/g, '').replace(/\s*\n\s*/g, ' '))
    }
    if (error instanceof UsageError) return wrongArguments(error.message)
    throw error
  }
}

function wrongArguments(why: string): number {
  console.error(`wrong arguments: ${why}. See --help.`)
  return exitCodes.wrongArguments
}
