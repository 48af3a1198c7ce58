import { randomBytes } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { exitOf, launchApi, launchWorker, startApi } from "./api-process.ts";
import { embeddedFolder, fullStores } from "./stores.ts";
import { visitor } from "./visitor.ts";

describe("starting", () => {
  const folder = embeddedFolder();
  afterAll(() => folder.remove());
  const environment = { DATA_DIR: folder.path, BCRYPT_COST: "4" };

  it("refuses a second process on one data folder, and gives it back when the first one ends", async () => {
    const first = await startApi(environment);
    const second = launchApi(environment);
    expect(await exitOf(second.child)).toBe(1);
    expect(second.output.join("\n")).toContain(
      `another Postern is running on this data folder (process ${first.child.pid}); stop it`,
    );
    expect((await visitor(first.origin).send("GET", "/")).status).toBe(200);
    await first.end("SIGKILL");
    const third = await startApi(environment);
    expect(await third.end("SIGTERM")).toBe(0);
  });

  it("says where it listens, which policy is on, what is open, and what to try", async () => {
    const api = await startApi(environment);
    await api.end("SIGTERM");
    const said = api.output.join("\n");
    expect(said).toContain(`listens on ${api.origin}`);
    expect(said).toMatch(/policy +course/);
    expect(said).toContain("WARNING  open disclosure");
    expect(said).toContain(`curl ${api.origin}/users`);
  });

  it("names every mistake in the environment, and no value", async () => {
    const api = launchApi({
      PORT: "canary1",
      POLICY: "canary2",
      BCRYPT_COST: "99",
      POLICY_COOKIES: "canary3",
    });
    expect(await exitOf(api.child)).toBe(1);
    const said = api.output.join("\n");
    for (const name of ["PORT", "POLICY", "BCRYPT_COST", "POLICY_COOKIES"])
      expect(said).toContain(`${name}:`);
    expect(said).not.toMatch(/canary|99/);
  });

  it("refuses a database that was never migrated", async () => {
    const stores = await fullStores({ isMigrated: false });
    const [api, worker] = [launchApi(stores.environment), launchWorker(stores.environment)];
    for (const { child, output } of [api, worker]) {
      expect(await exitOf(child)).toBe(1);
      expect(output.join("\n")).toContain(
        "the schema postern lacks 0001-start, 0002-session-histories, 0003-languages; run",
      );
    }
    await stores.close();
  });

  it("refuses a database that does not answer", async () => {
    const api = launchApi({
      DATABASE_URL: "postgres://postgres@127.0.0.1:1/none",
      SECRETS: `test:${randomBytes(32).toString("base64")}`,
      POLICY: "course",
    });
    expect(await exitOf(api.child)).toBe(1);
    expect(api.output.join("\n")).toContain("Postgres does not answer");
    expect(api.output.join("\n")).not.toMatch(/^ +at /m);
  });

  it("says so when its port is taken", async () => {
    const first = await startApi(environment);
    const { port } = new URL(first.origin);
    const other = embeddedFolder();
    const second = launchApi({ DATA_DIR: other.path, PORT: port });
    expect(await exitOf(second.child)).toBe(1);
    expect(second.output.join("\n")).toMatch(/cannot listen on .*EADDRINUSE/);
    expect(second.output.join("\n")).not.toMatch(/^ +at /m);
    await first.end();
    other.remove();
  });

  it("lets a request under way end when it is told to stop", async () => {
    const api = await startApi({ ...environment, BCRYPT_COST: "13" });
    const answer = visitor(api.origin).register("slow@example.com", "MyPwdOfBob");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const ended = api.end("SIGTERM");
    expect((await answer).status).toBe(200);
    expect(await ended).toBe(0);
  });
});
