/** How a program ends: `held` when somebody else works on what it wants. A stop by signal is 128 and the signal's number. */
export const exitCodes = { done: 0, failed: 1, wrongArguments: 2, partlyFailed: 3, held: 4 } as const
