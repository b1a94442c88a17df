import { Command } from 'commander'
import { addDeadLetters } from '../commands/dead-letters/command.js'
import { addColumns, addKeys, addTables } from '../commands/describe/command.js'
import { addDoctor } from '../commands/doctor/command.js'
import { addEmulate } from '../commands/emulate/command.js'
import { addInit } from '../commands/init/command.js'
import { addPlan } from '../commands/plan/command.js'
import { addPull } from '../commands/pull/command.js'
import { addPush } from '../commands/push/command.js'
import { addRun } from '../commands/run/command.js'
import { addSinger } from '../commands/singer/command.js'
import { addStatus } from '../commands/status/command.js'
import { addTypes } from '../commands/types/command.js'
import { addVerify } from '../commands/verify/command.js'
import { readVersion } from '../program/read-version.js'
import type { Execute } from './execute.js'

const more = `
Secrets come from the environment or from files, never from arguments, which every user of a machine can read:
  client-secret     AZURE_CLIENT_SECRET, with --tenant-id and --client-id or AZURE_TENANT_ID and AZURE_CLIENT_ID
  certificate       AZURE_CLIENT_CERTIFICATE_PATH (PEM or PFX file), AZURE_CLIENT_CERTIFICATE_PASSWORD where it has one
  managed-identity  nothing; --client-id for a user-assigned one
  device-code       --client-id; shows a code to sign in with
  token             DATAVERSE_TOKEN: a token fetched elsewhere
  A URL of this machine (an emulator) needs none.

Exit codes: 0 done (or a follow ended by Ctrl-C), 1 failed, 2 wrong arguments, 3 partly failed, 4 somebody else works on it;
129, 130 or 143 stopped by a signal (what was committed is kept; the next run goes on from there).`

/** The program with its commands. Each command is loaded when it is called for: `--help` needs none of what they use. */
export function createProgram(execute: Execute): Command {
  const program = new Command('deltaverse')
    .description('Keeps Microsoft Dataverse / Dynamics 365 in step with other systems')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError()
    .addHelpText('after', more)
  const commands = [
    addInit,
    addPull,
    addPush,
    addPlan,
    addRun,
    addVerify,
    addStatus,
    addDeadLetters,
    addTables,
    addColumns,
    addKeys,
    addTypes,
    addDoctor,
    addEmulate,
    addSinger,
  ]
  for (const add of commands) {
    add(program, execute)
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
  }
  return program
}
