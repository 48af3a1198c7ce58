/** The time of this process, for what is recorded. Lifetimes are judged by the store's own time. */
export interface Clock {
  now(): Date;
}
