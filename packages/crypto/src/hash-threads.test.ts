import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Unavailable } from "@postern/domain";
import { passwordHasherContract } from "@postern/domain/contract";
import { describe, expect, it } from "vitest";
import { bcryptHasher } from "./bcrypt-hasher.ts";
import { hashGate } from "./hash-gate.ts";
import { hashingAtOnce, hashThreads } from "./hash-threads.ts";

const gate = hashGate({ atOnce: hashingAtOnce(), maxWaitMs: 60_000, expectedMs: 1 });
const bcrypt = hashThreads();

describe("hashing threads", () => {
  passwordHasherContract((cost) => bcryptHasher({ cost: cost === "small" ? 4 : 5, gate, bcrypt }));

  it("compute side by side, each its own", async () => {
    const passwords = Array.from({ length: 8 }, (_, n) => `password ${n}`);
    const hashes = await Promise.all(passwords.map((password) => bcrypt.hash(password, 4)));
    expect(new Set(hashes).size).toBe(8);
    const verified = passwords.map((password, n) => bcrypt.verify(password, hashes[n] ?? ""));
    expect(await Promise.all(verified)).toEqual(passwords.map(() => true));
    expect(await bcrypt.verify("password 0", hashes[1] ?? "")).toBe(false);
  });

  it("go on after a job that cannot be done", async () => {
    await expect(bcrypt.hash("password", 99)).rejects.toThrow(/cost/i);
    await expect(bcrypt.verify("password", await bcrypt.hash("password", 4))).resolves.toBe(true);
  });

  it("that break refuse their job as something that passes, and are replaced", async () => {
    const breaking = hashThreads(new URL("data:text/javascript,throw new Error('no')"));
    await expect(breaking.hash("password", 4)).rejects.toThrow(Unavailable);
    await expect(breaking.hash("password", 4)).rejects.toThrow(Unavailable);
    const leaving = hashThreads(new URL("data:text/javascript,process.exit(0)"));
    await expect(leaving.hash("password", 4)).rejects.toThrow(Unavailable);
    const onceOnly = `import { parentPort } from "node:worker_threads";
      parentPort.once("message", () => (parentPort.postMessage({ value: "done" }), parentPort.close()));`;
    const idle = hashThreads(new URL(`data:text/javascript,${encodeURIComponent(onceOnly)}`));
    expect(await idle.hash("password", 4)).toBe("done");
    await new Promise((resolve) => setTimeout(resolve, 200)); // it is gone, without a message
    expect(await idle.hash("password", 4)).toBe("done");
  });

  it("do not keep a process from its end", async () => {
    const code = `import { hashThreads } from ${JSON.stringify(new URL("hash-threads.ts", import.meta.url).href)};
      console.log((await hashThreads().hash("password", 4)).slice(0, 7));`;
    const options = { timeout: 20_000 };
    const args = ["--input-type=module", "--disable-warning=ExperimentalWarning", "-e", code];
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    expect(stdout).toBe("$2b$04$\n");
  });

  it.runIf(process.platform === "linux")(
    "have the lowest priority, and no other thread has",
    async () => {
      const before = lowered();
      await hashThreads().hash("password", 4);
      expect(lowered()).toBe(before + 1);
      expect(niceOf(String(process.pid))).toBeLessThan(19);
    },
  );
});

/**
 * The priority of a thread of this process, from proc(5): the 19th field, the 17th behind the name.
 */
const niceOf = (threadId: string) => {
  const stat = readFileSync(`/proc/self/task/${threadId}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
};
const lowered = () => readdirSync("/proc/self/task").filter((id) => niceOf(id) === 19).length;
