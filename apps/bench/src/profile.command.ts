import { OTHER_CPUS, pin } from "./machine.ts";
import { profileChecks } from "./measures/profile.ts";
import { startStores } from "./stores.ts";

/** `pnpm bench:profile`: where a session check spends its CPU time. */
pin(process.pid, OTHER_CPUS);
const stores = await startStores();
try {
  const { byFunction, byPlace } = await profileChecks(stores, 6);
  for (const times of [byPlace, byFunction]) {
    for (const [name, us] of times.slice(0, 45)) console.log(us.toFixed(2).padStart(6), "µs", name);
    console.log();
  }
} finally {
  await stores.stop();
}
