/** A setting together with whether an owner of the solution may change it. */
export interface ManagedProperty<T> {
  readonly Value: T
  readonly CanBeChanged: boolean
  readonly ManagedPropertyLogicalName: string
}

/** A managed property as the service sends it. */
export function managed<T>(value: T, name: string, canBeChanged = true): ManagedProperty<T> {
  return { Value: value, CanBeChanged: canBeChanged, ManagedPropertyLogicalName: name }
}
