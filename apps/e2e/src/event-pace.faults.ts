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

/**
 * Sends 1,000 mails at 40 per second, and returns the times from commit to the mail server in ms.
 */
async function paceMails(poison: number) {
  let isMended = false;
  const takenAt = new Map<string, number>();
  const service = await startEventService({
    environment: { EVENT_TRIES: "3" },
    judgeMail({ recipients, message }) {
      if (!isMended && recipients[0]?.startsWith("poison")) return "refuse";
      takenAt.set(
        message.messageId?.slice(1, 37) ?? "",
        performance.timeOrigin + performance.now(),
      );
      return "accept";
    },
  });
  await service.startWorker();
  const [bad, good] = [emails(poison, "poison"), emails(1_000, "good")];
  await forEach([...bad, ...good], register(service));
  await forEach(bad, requestReset(service));
  await forEach(good, requestReset(service), 25);
  await expect.poll(() => takenAt.size, PATIENCE).toBe(1_000);
  const rows = await service.stores.query<{ id: string; at: string }>(
    "select id, extract(epoch from recorded_at) * 1000 as at from events",
  );
  const waits = rows.flatMap(({ id, at }) => {
    const taken = takenAt.get(id);
    return taken === undefined ? [] : [taken - Number(at)];
  });
  const dead = async () =>
    (await service.operate("dead-letters", "list", "--limit", "1000")) as unknown[];
  await expect.poll(async () => (await dead()).length, PATIENCE).toBe(poison);
  isMended = true;
  if (poison > 0) await service.operate("dead-letters", "retry", "--all");
  await expect.poll(() => takenAt.size, PATIENCE).toBe(1_000 + poison);
  const left = (await dead()).length;
  await service.close();
  return {
    poison,
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    deadAfterReplay: left,
  };
}

it("100 poison events first do not hold up 1,000 good ones, and are replayed once mended", async () => {
  const calm = await paceMails(0);
  const poisoned = await paceMails(100);
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
 * Compares a disturbed run with a calm one of the same session, so that a slow machine slows both. An
 * event that waits behind the disturbance would take seconds: a hanging endpoint is given up after ten.
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

it("one endpoint of 50 that hangs holds up no other", async () => {
  const calm = await paceEndpoints(0);
  const disturbed = await paceEndpoints(1);
  console.log("endpoints", { calm, disturbed });
  expectUndisturbed(disturbed, calm);
});
