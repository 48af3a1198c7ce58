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
    expect(() => gate.admit({})).toThrow(Unavailable);
    await expect(gate.run(work)).rejects.toMatchObject({ retryAfterSeconds: 4 });
    for (const _ of accepted) {
      await settle();
      finish.shift()?.();
    }
    await Promise.all(accepted);
    const admitted = {};
    expect(() => gate.admit(admitted)).not.toThrow();
    gate.leave(admitted);
    const later = gate.run(work);
    await settle();
    finish.shift()?.();
    await expect(later).resolves.toBeUndefined();
  });

  it("admits no more at once than fit, although none of them has come yet", async () => {
    const gate = hashGate({ atOnce: 2, maxWaitMs: 3000, expectedMs: 1000 });
    const shares = Array.from({ length: 300 }, () => ({ network: "192.0.2.1" }));
    const admitted = shares.filter((share) => {
      try {
        gate.admit(share);
        return true;
      } catch {
        return false;
      }
    });
    expect(admitted.length).toBe(8); // two that would run, and 3 s of others
    expect(() => gate.admit({ network: "192.0.2.2" })).not.toThrow(); // networks take turns
    const [first, second, ...others] = admitted;
    if (!first || !second) throw new Error("none was admitted");
    await gate.run(async () => undefined, first);
    gate.leave(second);
    gate.leave(second);
    // Two places are free again, and the other network has taken one of them.
    expect(() => gate.admit({ ...first })).not.toThrow();
    expect(() => gate.admit({ ...first })).toThrow(Unavailable);
    await Promise.all(others.map((share) => gate.run(async () => undefined, share)));
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

  it("serves networks in turn, and a known device first", async () => {
    const gate = hashGate({ atOnce: 1, maxWaitMs: 60_000, expectedMs: 1 });
    const { work, finish } = manualWork();
    const served: string[] = [];
    const ask = (name: string, isKnownDevice = false) =>
      gate.run(work, { network: name, isKnownDevice }).then(() => served.push(name));
    const all = [ask("flood"), ask("flood"), ask("flood"), ask("flood"), ask("one"), ask("two")];
    all.push(ask("one"), ask("owner", true));
    for (const _ of all) {
      await settle();
      finish.shift()?.();
    }
    await Promise.all(all);
    expect(served).toEqual(["flood", "owner", "flood", "one", "two", "flood", "one", "flood"]);
  });

  it("lets known devices go first, but not all the time, and few of one network", async () => {
    const gate = hashGate({ atOnce: 1, maxWaitMs: 60_000, expectedMs: 1 });
    const { work, finish } = manualWork();
    const served: string[] = [];
    const ask = (network: string, isKnownDevice: boolean) =>
      gate.run(work, { network, isKnownDevice }).then(() => served.push(network));
    const all = Array.from({ length: 9 }, () => ask("known", true));
    all.push(ask("new 1", false), ask("new 2", false), ask("new 3", false));
    for (const _ of all) {
      await settle();
      finish.shift()?.();
    }
    await Promise.all(all);
    const last = served.lastIndexOf("new 3");
    expect(last).toBeLessThan(8);
  });

  it("refuses a network beyond its share while others are admitted", async () => {
    const gate = hashGate({ atOnce: 1, maxWaitMs: 4_000, expectedMs: 1_000 });
    const { work, finish } = manualWork();
    const flood = { network: "flood" };
    const running = Array.from({ length: 5 }, () => gate.run(work, flood));
    await expect(gate.run(work, flood)).rejects.toThrow(Unavailable);
    expect(() => gate.admit({ network: "other" })).not.toThrow();
    for (const _ of running) {
      await settle();
      finish.shift()?.();
    }
    await Promise.all(running);
  });

  it("gives a place of the longest queue to another network when the queue is full", async () => {
    const gate = hashGate({ atOnce: 1, maxWaitMs: 60_000, expectedMs: 0.001 });
    const { work, finish } = manualWork();
    let refused = 0;
    const flood = Array.from({ length: 1_001 }, () =>
      gate.run(work, { network: "flood" }).catch(() => (refused += 1)),
    );
    await expect(gate.run(work, { network: "flood" })).rejects.toThrow(Unavailable);
    const other = gate.run(work, { network: "other" });
    await settle();
    expect(refused).toBe(1);
    for (let index = 0; index < 1_001; index += 1) {
      await settle();
      finish.shift()?.();
    }
    await Promise.all([...flood, other]);
  });

  it("gives the place back when the work fails", async () => {
    const gate = hashGate({ atOnce: 1, maxWaitMs: 1000, expectedMs: 1 });
    const failing = () => Promise.reject(new Error("no"));
    await expect(gate.run(failing)).rejects.toThrow("no");
    await expect(gate.run(async () => "yes")).resolves.toBe("yes");
  });
});
