import { DataverseError } from '@deltaverse/core'
import { expect, it, vi } from 'vitest'
import { describeError } from './describe-error.js'
import { createTerminal } from './terminal.js'

const message = 'refused:\r\n  <html>\u001b[2Jgone\u0007'

it('an error is told in one line, and nothing that it quotes moves the cursor', () => {
  const told = describeError(new DataverseError(message, { code: 'bad-response' }))
  expect(told).toEqual({ code: 'bad-response', message: 'refused: <html> [2Jgone ' })
})

it('a line for the user stays one', () => {
  const printed: unknown[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(text) > 0)
  createTerminal({ json: false, trace: false }).say(message)
  write.mockRestore()
  expect(printed.at(-1)).toBe('refused: <html> [2Jgone \n')
})

it.each([
  ['run once with restart: true.', 'run once with --restart.'],
  ['run once with maxDeleteShare: 1;', 'run once with --max-delete-share 1;'],
  ['or set onMismatch to "reset" to read', 'or add --on-mismatch reset to read'],
  ['; raise maxRecordBytes or select fewer columns', '; name fewer columns with --select'],
])('what is an option of a package is told as a flag: %s', (said, told) => {
  expect(describeError(new Error(said)).message).toBe(told)
})
