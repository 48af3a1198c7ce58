/** What the CPUs can hash: verifications per second at a cost, with one per CPU at a time. */
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/bcrypt";

const [cost = 12, seconds = 4] = process.argv.slice(2).map(Number);
const made = await hash("a long enough passphrase", cost);
const startedAt = performance.now();
const endsAt = startedAt + seconds * 1000;
let count = 0;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    while (performance.now() < endsAt) {
      await verify("a long enough passphrase", made);
      count += 1;
    }
  }),
);
console.log((count / (performance.now() - startedAt)) * 1000);
