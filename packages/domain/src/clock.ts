/** This process' time, for records. The stores judge lifetimes by their own time. */
export interface Clock {
  now(): Date;
}
