/** Conditions that hold together (`and`) or of which one has to hold (`or`), and groups of such. */
export interface ConditionGroup<Leaf> {
  readonly type: 'and' | 'or'
  readonly conditions: readonly Leaf[]
  readonly groups: readonly ConditionGroup<Leaf>[]
}

/** Whether something passes a group; an empty group lets everything through. */
export function passesGroup<Leaf>(group: ConditionGroup<Leaf>, passes: (leaf: Leaf) => boolean): boolean {
  const groups = group.groups.filter((inner) => !isEmpty(inner))
  if (group.conditions.length + groups.length === 0) return true
  const inner = (each: ConditionGroup<Leaf>): boolean => passesGroup(each, passes)
  return group.type === 'and'
    ? group.conditions.every(passes) && groups.every(inner)
    : group.conditions.some(passes) || groups.some(inner)
}

function isEmpty<Leaf>({ conditions, groups }: ConditionGroup<Leaf>): boolean {
  return conditions.length === 0 && groups.every(isEmpty)
}

/** The same group with other leaves. */
export function mapGroup<From, To>(group: ConditionGroup<From>, map: (leaf: From) => To): ConditionGroup<To> {
  return {
    type: group.type,
    conditions: group.conditions.map(map),
    groups: group.groups.map((inner) => mapGroup(inner, map)),
  }
}
