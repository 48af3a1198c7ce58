import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { postern, startApi } from "./api-process.ts";
import { embeddedFolder } from "./stores.ts";
import { anEmail, checkedFetch, visitor } from "./visitor.ts";

const PASSWORD = "MyPwdOfBob";
const PATIENCE = { timeout: 20_000, interval: 50 };

describe("the operator's commands on a data folder", () => {
  it("fill an empty one with people, once", async () => {
    const folder = embeddedFolder();
    const environment = { DATA_DIR: folder.path, BCRYPT_COST: "4" };
    const first = await startApi(environment);
    await first.end("SIGTERM");
    const { stdout, code } = await postern(environment, "--json", "demo");
    expect(code).toBe(0);
    const { users, example, password } = JSON.parse(stdout) as Record<string, string>;
    expect(users).toBe(12);
    expect((await postern(environment, "demo")).code).toBe(2); // there are users already
    const api = await startApi(environment);
    const ada = visitor(api.origin);
    expect((await ada.logIn(example ?? "", password ?? "")).status).toBe(200);
    const { text } = await ada.send("GET", "/sessions");
    expect((JSON.parse(text) as { sessions: unknown[] }).sessions).toHaveLength(4);
    await api.end("SIGTERM");
    folder.remove();
  }, 60_000);

  it("work while the service is stopped, say so when it runs, and are carried out when it starts", async () => {
    const folder = embeddedFolder();
    const environment = { DATA_DIR: folder.path, BCRYPT_COST: "4" };
    expect((await postern(environment, "webhooks", "list")).code).toBe(2); // there is none yet
    let api = await startApi(environment);
    const email = anEmail("embedded");
    const bob = visitor(api.origin);
    await bob.register(email, PASSWORD);
    await bob.logIn(email, PASSWORD);
    const busy = await postern(environment, "users", "find", email);
    expect(busy.code).toBe(4);
    expect(busy.stderr).toContain("Postern is running on this data folder");
    // A preview needs no store.
    const html = join(folder.path, "..", `preview-${process.pid}.html`);
    const preview = ["mail", "preview", "--template", "reset", "--language", "de"];
    expect((await postern(environment, ...preview)).stdout).toContain("Passwort zurücksetzen");
    expect((await postern(environment, ...preview, "--html", html)).code).toBe(0);
    expect(readFileSync(html, "utf8")).toContain('<html lang="de"');
    expect((await postern(environment, ...preview, "--html", html)).code).toBe(2);
    rmSync(html);
    await api.end("SIGTERM");

    const found = await postern(environment, "--json", "users", "find", email);
    expect(JSON.parse(found.stdout)).toMatchObject({ email });
    expect((await postern(environment, "sessions", "end-all", "--yes")).code).toBe(0);
    expect((await postern(environment, "users", "send-reset", email)).code).toBe(0);
    expect((await postern(environment, "migrate")).code).toBe(0);
    const planned = await postern(environment, "migrate", "--plan");
    expect([planned.code, planned.stderr.trim()]).toEqual([2, "--plan needs DATABASE_URL"]);

    api = await startApi(environment);
    expect((await visitor(api.origin, bob.cookie).profile()).status).toBe(403);
    const page = async () => (await visitor(api.origin).send("GET", "/mail")).text;
    await expect.poll(page, PATIENCE).toContain("Reset your password");
    expect(
      (await checkedFetch(`${api.origin}/mail`, { headers: { "x-forwarded-for": "10.0.0.1" } }))
        .status,
    ).toBe(421);
    // Its link leads to this service, although no PUBLIC_URL is set.
    const [link = ""] = /http:[\w/.:]*reset_password#[\w=%.]*/.exec(await page()) ?? [];
    expect(link.startsWith(`${api.origin}/reset_password#`)).toBe(true);
    expect((await fetch(link)).status).toBe(200);
    const token = /The reset token: (\S+)/.exec(await page())?.[1] ?? "";
    expect((await visitor(api.origin).reset(email, token, "another one")).status).toBe(200);
    await api.end("SIGTERM");
    folder.remove();
  }, 90_000);
});
