export { compare, type Difference, type Subjects } from "./compare.ts";
export { type Observation, observe, type Step } from "./observe.ts";
export { sequences, strangersSteps } from "./sequences.ts";
export { type Interval, medianDifference } from "./timing.ts";
