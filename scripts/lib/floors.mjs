/**
 * The floors of the house, from the ground up. Imports point down only, and rooms on one floor do not import
 * each other. A new package gets its line here; see `decisions/005-floors.md` for the reasons.
 */
const rooms = [
  { room: 'protocol', floor: 'words', pure: true },
  { room: 'contract', floor: 'words' },
  { room: 'client', floor: 'talk' },
  { room: 'emulator', floor: 'talk', isolated: true },
  { room: 'durable-files', floor: 'talk' },
  { room: 'contract-tests', floor: 'talk' },
  { room: 'change-feed', floor: 'jobs' },
  { room: 'upsert-writer', floor: 'jobs' },
  { room: 'alternate-keys', floor: 'jobs' },
  { room: 'node-streams', floor: 'jobs', not: ['client'] },
  { room: 'sync', floor: 'plug-ins' },
  { room: 'checkpoint-stores', floor: 'plug-ins' },
  { room: 'row-ledger', floor: 'plug-ins' },
  { room: /-sink$/, floor: 'plug-ins' },
]

const order = ['words', 'talk', 'jobs', 'plug-ins', 'apps', 'workbench']

/** Folders of the workspace that stand above everything and are never published. */
const workbench = ['bench', 'crash']

/** On these floors a test, such as a README's example, may use a neighbour; a cycle is refused all the same. */
const neighboursInTests = ['jobs', 'plug-ins']

/** How to give a package its floor, for the message about one that has none. */
export const howToAddARoom = `add { room: '<folder>', floor: '${order.slice(0, 4).join("' | '")}' } to scripts/lib/floors.mjs`

/** The room of a workspace folder such as `packages/client`, or undefined when nobody gave it a floor. */
export function roomOf(folder) {
  if (workbench.includes(folder)) return { name: folder, floor: 'workbench' }
  const [parent, name = ''] = folder.split('/')
  if (parent === 'apps') return { name: folder, floor: 'apps' }
  const found = rooms.find(({ room }) => (room instanceof RegExp ? room.test(name) : room === name))
  return found && { ...found, name }
}

/**
 * Why `from` must not import `to`, with what to do instead; undefined when it may.
 * In tests a package may also drive the emulator, as any other stranger's client would, and meet its neighbours.
 */
export function whyForbidden(from, to, { inTest = false } = {}) {
  if (from.isolated) {
    return {
      why: `the ${from.name} shares nothing with the code that is tested against it: one mistake mirrored on both sides passes every test`,
      instead:
        'write it again from the service documents, or prove it with a recorded sample or a foreign client',
    }
  }
  if (to.isolated) {
    if (inTest || order.indexOf(from.floor) >= order.indexOf('apps')) return undefined
    return {
      why: `the ${to.name} stands beside the house and is for tests, apps and bench only`,
      instead: 'move the import into a test and the dependency into devDependencies',
    }
  }
  if (from.not?.includes(to.name)) {
    return {
      why: `${from.name} works on plain iterables and sends nothing`,
      instead: `take what it needs as an argument; if that has changed, edit "${from.name}" in scripts/lib/floors.mjs and say why in decisions/`,
    }
  }
  if (order.indexOf(to.floor) < order.indexOf(from.floor)) return undefined
  if (to.floor === from.floor) {
    if (inTest && neighboursInTests.includes(from.floor)) return undefined
    return {
      why: `${from.name} and ${to.name} are both on the floor "${from.floor}", and rooms on one floor do not import each other`,
      instead: 'move the shared part to a floor below, or join the two in a package above',
    }
  }
  return {
    why: `${to.name} (${to.floor}) is above ${from.name} (${from.floor}), and imports point down only`,
    instead: 'declare the type in contract and let the caller pass the value in',
  }
}
