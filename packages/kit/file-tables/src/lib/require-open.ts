/** @throws TypeError when a sink is used before it is opened */
export function requireOpen<Session>(session: Session | undefined): Session {
  if (session !== undefined) return session
  throw new TypeError('the sink is not open: call open() before write() and commit()')
}
