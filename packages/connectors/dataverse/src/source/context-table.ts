/**
 * The entity set that a context names: `things` in `…/$metadata#things(name)/$delta`. `undefined` for a context without a fragment.
 */
export function tableOfContext(context: string): string | undefined {
  return /#([^(/]*)/.exec(context)?.[1]
}
