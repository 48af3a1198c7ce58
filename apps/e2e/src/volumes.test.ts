import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApi } from "./api-process.ts";

const FS_GROUP = 20_000;
const US = { uid: 10_001, gid: FS_GROUP };
const OTHERS = { uid: 10_002, gid: FS_GROUP };

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("\n*** NOT ROOT: THE SUITE OF VOLUMES IS SKIPPED. ***\n");

/** A volume as containers get it: made by root, and perhaps given to a group (`fsGroup`). */
describe.skipIf(!isRoot)("a data folder on a volume of another owner", () => {
  let volume = "";
  beforeEach(() => {
    volume = mkdtempSync(join(tmpdir(), "postern-volume-"));
  });
  afterEach(() => rmSync(volume, { recursive: true }));

  const start = async (user = US) => {
    const api = await startApi({ DATA_DIR: volume, BCRYPT_COST: "4" }, { user });
    return await api.end("SIGTERM");
  };
  const REFUSED = /DATA_DIR: .* cannot be used by the user \d+ \((EACCES|EPERM)\)/;
  const modes = () =>
    readdirSync(volume).map((name) => (statSync(join(volume, name)).mode & 0o777).toString(8));

  it("is refused with the reason if this user may not write to it", async () => {
    chmodSync(volume, 0o755);
    for (const _ of [1, 2]) await expect(start()).rejects.toThrow(REFUSED);
    expect(readdirSync(volume)).toEqual([]);
  });

  it("is used if it belongs to the user's group, and nobody else can read it", async () => {
    chownSync(volume, 0, FS_GROUP);
    chmodSync(volume, 0o2770);
    for (const _ of [1, 2]) expect(await start()).toBe(0);
    expect(modes().toSorted()).toEqual(["600", "600", "600", "700"]);
  });

  it("is used if the group was given everything in it again, as at each mount", async () => {
    chownSync(volume, 0, FS_GROUP);
    chmodSync(volume, 0o2770);
    expect(await start()).toBe(0);
    for (const name of readdirSync(volume))
      chmodSync(join(volume, name), name === "postgres" ? 0o2770 : 0o660);
    for (const _ of [1, 2]) expect(await start()).toBe(0);
    expect(modes().toSorted()).toEqual(["600", "600", "600", "700"]);
  });

  it("is refused with the reason if another user made what is in it", async () => {
    chownSync(volume, 0, FS_GROUP);
    chmodSync(volume, 0o2770);
    expect(await start(OTHERS)).toBe(0);
    for (const _ of [1, 2]) await expect(start()).rejects.toThrow(REFUSED);
    expect(await start(OTHERS)).toBe(0);
  });

  it("is refused to root if it is another user's, who could not use it afterwards", async () => {
    chownSync(volume, US.uid, US.gid);
    expect(await start()).toBe(0);
    const asRoot = startApi({ DATA_DIR: volume, BCRYPT_COST: "4" });
    await expect(asRoot).rejects.toThrow(/belongs to the user 10001, .*; run as that user/);
    expect(await start()).toBe(0);
  });

  it("is refused with the reason if root made what is in it", async () => {
    chownSync(volume, US.uid, US.gid);
    mkdirSync(join(volume, "postgres"), { mode: 0o700 });
    for (const _ of [1, 2]) await expect(start()).rejects.toThrow(REFUSED);
  });
});
