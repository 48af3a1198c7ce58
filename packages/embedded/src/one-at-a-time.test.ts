import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

const FAILING = "begin; insert into kept values (1); select 1/0; commit;";

describe("a shared PGlite", () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await PGlite.create();
    await pglite.exec("create table kept (id integer)");
  });
  afterAll(() => pglite.close());

  /** A failing transaction, and right behind it a write of another caller. */
  async function outcome(shared: Pick<PGlite, "exec" | "query">) {
    const failing = shared.exec(FAILING).catch(() => shared.query("rollback"));
    const writing = shared.query("insert into kept values (2)");
    const [, written] = await Promise.allSettled([failing, writing]);
    return written.status;
  }

  it("keeps one caller's failed transaction from another caller's write", async () => {
    expect(await outcome(pglite)).toBe("rejected"); // without it
    expect(await outcome(oneAtATime(pglite))).toBe("fulfilled");
    expect((await pglite.query("select id from kept")).rows).toEqual([{ id: 2 }]);
  });
});
