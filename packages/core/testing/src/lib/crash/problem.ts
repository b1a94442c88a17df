/** What is wrong with what a sink holds. */
export interface Problem {
  readonly kind: 'lost' | 'torn' | 'repeated' | 'stuck'
  readonly message: string
}
