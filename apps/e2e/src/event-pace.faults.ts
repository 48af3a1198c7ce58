import { expect, it } from "vitest";
import { startEventService } from "./event-service.ts";
import {
  emails,
  forEach,
  latencies,
  PATIENCE,
  percentile,
  register,
  requestReset,
} from "./event-traffic.ts";

const POISON = 100;

/**
 * Sends 100 mails at once and then 1,000 at 25 per second. Returns the times of the 1,000 from
 * commit to the mail server in ms. The mail server refuses the 100, unless it is mended.
 */
async function paceMails({ isMended }: { isMended: boolean }) {
  const takenAt = new Map<string, number>();
  const good = new Set<string>();
  const service = await startEventService({
    environment: { EVENT_TRIES: "3" },
    judgeMail({ recipients, message }) {
      if (!isMended && recipients[0]?.startsWith("poison")) return "refuse";
      const id = message.messageId?.slice(1, 37) ?? "";
      takenAt.set(id, performance.timeOrigin + performance.now());
      if (recipients[0]?.startsWith("good")) good.add(id);
      return "accept";
    },
  });
  await service.startWorker();
  const [first, later] = [emails(POISON, "poison"), emails(1_000, "good")];
  await forEach([...first, ...later], register(service));
  await forEach(first, requestReset(service));
  await forEach(later, requestReset(service), 40);
  await expect.poll(() => good.size, PATIENCE).toBe(1_000);
  const rows = await service.stores.query<{ id: string; at: string }>(
    "select id, extract(epoch from recorded_at) * 1000 as at from postern.events",
  );
  const waits = rows
    .filter(({ id }) => good.has(id))
    .map(({ id, at }) => (takenAt.get(id) ?? NaN) - Number(at));
  const dead = async () =>
    (await service.operate("dead-letters", "list", "--limit", "1000")) as unknown[];
  const refused = isMended ? 0 : POISON;
  await expect.poll(async () => (await dead()).length, PATIENCE).toBe(refused);
  isMended = true;
  if (refused > 0) await service.operate("dead-letters", "retry", "--all");
  await expect.poll(() => takenAt.size, PATIENCE).toBe(1_000 + POISON);
  const left = (await dead()).length;
  await service.close();
  return {
    refused,
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    deadAfterReplay: left,
  };
}

it("100 poison events do not delay 1,000 good ones, and are replayed after the fix", async () => {
  // The calm run has as many mails, so that only the refusals and retries differ.
  const calm = await paceMails({ isMended: true });
  const poisoned = await paceMails({ isMended: false });
  console.log("poison", { calm, poisoned });
  expect(poisoned.deadAfterReplay).toBe(0);
  expectUndisturbed(poisoned, calm);
});

/**
 * A disturbed run may take this many times as long as a calm one. Shorter times than the floor are
 * noise.
 */
const MAX_RATIO = 2;
const FLOOR_MS = 50;

/**
 * Compares a disturbed run with a calm one of the same session, so that a slow machine slows both.
 * An event that waits behind the disturbance would take seconds: a hanging endpoint is given up
 * after ten.
 */
function expectUndisturbed(disturbed: Pace, calm: Pace): void {
  for (const share of ["p50", "p95"] as const) {
    const ratio = disturbed[share] / Math.max(calm[share], FLOOR_MS);
    expect({ share, ratio, isWithin: ratio <= MAX_RATIO }).toMatchObject({ isWithin: true });
  }
}

interface Pace {
  readonly p50: number;
  readonly p95: number;
}

async function paceEndpoints(hanging: number) {
  const service = await startEventService({
    answerPost: ({ path }) => (Number(path.slice(1)) < hanging ? { status: "hang" } : {}),
  });
  for (let index = 0; index < 50; index += 1) {
    await service.operate("webhooks", "add", `${service.receiver.url}/${index}`);
  }
  await service.startWorker();
  await forEach(emails(100, "hook"), register(service), 400);
  const isOther = (path: string) => path !== "/0";
  const others = () => service.receiver.received.filter(({ path }) => isOther(path)).length;
  await expect.poll(others, PATIENCE).toBe(49 * 100);
  const waits = await latencies(service, isOther);
  await service.close();
  return {
    hanging,
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    max: percentile(waits, 1),
  };
}

it("one endpoint of 50 that hangs delays no other", async () => {
  const calm = await paceEndpoints(0);
  const disturbed = await paceEndpoints(1);
  console.log("endpoints", { calm, disturbed });
  expectUndisturbed(disturbed, calm);
});
