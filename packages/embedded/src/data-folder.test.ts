import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidEnvironment } from "@postern/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataFolder } from "./data-folder.ts";
import { openDatabase } from "./database.ts";

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe.skipIf(process.platform === "win32")("the data folder", () => {
  let parent = "";
  const before = process.umask();
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "postern-"));
    process.umask(0o022);
  });
  afterEach(() => {
    process.umask(before);
    rmSync(parent, { recursive: true });
  });

  /** Opens the folder as embedded mode does, and returns the modes of what is in it. */
  async function opened(path: string): Promise<Record<string, string>> {
    const folder = openDataFolder(path);
    const database = await openDatabase(folder.databasePath);
    await database.close();
    folder.release();
    return Object.fromEntries(readdirSync(path).map((name) => [name, modeOf(join(path, name))]));
  }

  const PRIVATE = { lock: "600", pid: "600", postgres: "700", secrets: "600" };

  it.each(["755", "777", "2775"])("of mode %s has nothing that others can read", async (mode) => {
    chmodSync(parent, Number.parseInt(mode, 8));
    expect(await opened(parent)).toEqual(PRIVATE);
    expect(await opened(parent)).toEqual(PRIVATE); // every start alike
    expect(modeOf(parent)).toBe(mode.slice(-3)); // it is not ours
  });

  it("is created for this user only", async () => {
    const path = join(parent, "a", "b");
    await opened(path);
    expect([modeOf(path), modeOf(join(parent, "a"))]).toEqual(["700", "700"]);
  });

  it("is closed again to others if somebody opened it", async () => {
    await opened(parent);
    chmodSync(join(parent, "postgres"), 0o755);
    chmodSync(join(parent, "secrets"), 0o644);
    expect(await opened(parent)).toEqual(PRIVATE);
  });

  it("is refused with the reason if it cannot be used", () => {
    writeFileSync(join(parent, "file"), "");
    for (const path of ["file", "file/data"]) {
      const open = () => openDataFolder(join(parent, path));
      expect(open).toThrow(InvalidEnvironment);
      expect(open).toThrow(/DATA_DIR: .* cannot be used by the user .* \((EEXIST|ENOTDIR)\)/);
    }
  });
});
