/** Remembers since when each partition has its value, on the monotonic clock of this process. */
export function sightings() {
  const seen = new Map<number, { readonly value: number | string; readonly atMs: number }>();
  return {
    note(partition: number, value: number | string): void {
      if (seen.get(partition)?.value === value) return;
      seen.set(partition, { value, atMs: performance.now() });
    },
    /** Returns for how many ms the value is the same. */
    ageOf: (partition: number): number =>
      performance.now() - (seen.get(partition)?.atMs ?? Infinity),
  };
}
