/** `log`: every change in order. `mirror`: the rows as they are at the end of each read. `table`: the rows, each as soon as it comes. */
export type SinkMode = 'log' | 'mirror' | 'table'
