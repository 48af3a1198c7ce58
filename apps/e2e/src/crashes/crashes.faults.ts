import { expect, it } from "vitest";
import { runCrashes } from "./crashes.ts";
import { STEPS } from "./failpoints.ts";

const KILLS = 220;

it(`${KILLS} kills of the API and the worker, at every step of an event's way`, async () => {
  const onKill = (count: number, step: string) => console.log(`${count} of ${KILLS}: ${step}`);
  const tally = await runCrashes({ kills: KILLS, lanes: 3, endpoints: 1, onKill });
  console.log(tally);
  expect(tally).toMatchObject({ kills: KILLS, lost: [], missing: [] });
  expect(Object.keys(tally.killsByStep)).toHaveLength(STEPS.length);
  expect(tally.duplicates).toBeLessThanOrEqual(tally.kills);
  expect(tally.mostAtOneReceiver).toBeLessThanOrEqual(1);
});
