import { Unavailable } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { hashGate } from "./hash-gate.ts";

/** Work that ends when told to, and counts how much of it is running. */
function manualWork() {
  const finish: (() => void)[] = [];
  const state = { running: 0, most: 0, finish };
  const work = async () => {
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    await new Promise<void>((resolve) => finish.push(resolve));
    state.running -= 1;
  };
  return { ...state, state, work };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("hash gate", () => {
  it("never has more under way than it was told, and serves all in turn", async () => {
    const gate = hashGate({ atOnce: 2, maxWaitMs: 1000, expectedMs: 1 });
    const { state, work, finish } = manualWork();
    const all = Promise.all(Array.from({ length: 7 }, () => gate.run(work)));
    for (let served = 0; served < 7; served += 1) {
      await settle();
      finish.shift()?.();
    }
    await all;
    expect(state).toMatchObject({ running: 0, most: 2 });
  });

  it("refuses at once, with a time to come back, what would wait too long", async () => {
    const gate = hashGate({ atOnce: 2, maxWaitMs: 3000, expectedMs: 1000 });
    const { work, finish } = manualWork();
    // 2 running, 6 waiting up to 3 s.
    const accepted = Array.from({ length: 8 }, () => gate.run(work));
    await expect(gate.run(work)).rejects.toThrow(Unavailable);
    expect(() => gate.admit()).toThrow(Unavailable);
    await expect(gate.run(work)).rejects.toMatchObject({ retryAfterSeconds: 4 });
    for (const _ of accepted) {
      await settle();
      finish.shift()?.();
    }
    await Promise.all(accepted);
    expect(() => gate.admit()).not.toThrow();
    const later = gate.run(work);
    await settle();
    finish.shift()?.();
    await expect(later).resolves.toBeUndefined();
  });

  it("refuses what has waited till its deadline, as hashing turned out slower than was thought", async () => {
    const gate = hashGate({ atOnce: 1, maxWaitMs: 1000, deadlineMs: 30, expectedMs: 1 });
    const { state, work, finish } = manualWork();
    const first = gate.run(work);
    await expect(gate.run(work)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    const third = gate.run(work); // the place of the waiter that gave up is not lost
    await settle();
    finish.shift()?.();
    await first;
    await settle();
    finish.shift()?.();
    await third;
    expect(state).toMatchObject({ running: 0, most: 1 });
  });

  it("gives the place back when the work fails", async () => {
    const gate = hashGate({ atOnce: 1, maxWaitMs: 1000, expectedMs: 1 });
    const failing = () => Promise.reject(new Error("no"));
    await expect(gate.run(failing)).rejects.toThrow("no");
    await expect(gate.run(async () => "yes")).resolves.toBe("yes");
  });
});
