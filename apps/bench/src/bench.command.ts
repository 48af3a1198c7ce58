import { OTHER_CPUS, pin } from "./machine.ts";
import { measureChecks } from "./measures/checks.ts";
import { startStores } from "./stores.ts";

pin(process.pid, OTHER_CPUS);
const stores = await startStores();
try {
  const checks = await measureChecks(stores, { rounds: 5, seconds: 3 });
  console.log(checks.disturbed);
  console.table(
    checks.rows.map(({ name, perSecond, throughput, cpuMicroseconds, cpu, p99 }) => ({
      name,
      perSecond: Math.round(perSecond),
      x: throughput.median.toFixed(3),
      us: cpuMicroseconds.toFixed(1),
      cpu: cpu.median.toFixed(3),
      p99: p99.toFixed(2),
    })),
  );
} finally {
  await stores.stop();
}
