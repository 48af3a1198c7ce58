import { HOSTILE_SETTINGS } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { liveWith } from "./hostile-database.ts";

describe.each(["redis", "tables"] as const)("on %s, an account lives on a database with", (on) => {
  it.each(HOSTILE_SETTINGS)("%s", async (setting) => {
    await expect(liveWith([setting], on)).resolves.toContain("@");
  });
});
