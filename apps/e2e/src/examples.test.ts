import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { freePort, packAll, testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitOf, startApi } from "./api-process.ts";
import { OPEN } from "./event-service.ts";
import { fullStores, type Stores } from "./stores.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);

interface Manifest {
  dependencies: Record<string, string>;
  overrides?: Record<string, string>;
}

/** Each example is installed from the packed tarballs, in a folder outside the repository. */
describe.skipIf(!testServers().redisUrl)("the example", () => {
  let [outside, packed] = ["", ""];
  let stores: Stores;
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    outside = mkdtempSync(join(tmpdir(), "postern-examples-"));
    packed = join(outside, "packed");
    await packAll(packed);
    stores = await fullStores();
  }, 120_000);
  afterAll(async () => {
    for (const child of running) {
      child.kill("SIGKILL");
      await exitOf(child);
    }
    await stores?.close();
    rmSync(outside, { recursive: true, force: true });
  }, 180_000);

  /** Installs an example, and checks its types. Returns its folder. */
  async function installed(name: string): Promise<string> {
    const folder = join(outside, name);
    cpSync(join(ROOT, "apps/examples", name), folder, { recursive: true });
    const file = join(folder, "package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    const tarballs = readdirSync(packed).map((tarball) => {
      const [, short = ""] = /^postern-(\w+)-/.exec(tarball) ?? [];
      return [`@postern/${short}`, `file:${join(packed, tarball)}`] as const;
    });
    manifest.overrides = Object.fromEntries(tarballs);
    for (const [own, tarball] of tarballs)
      if (own in manifest.dependencies) manifest.dependencies[own] = tarball;
    writeFileSync(file, JSON.stringify(manifest));
    await run("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder });
    await run("npm", ["run", "check"], { cwd: folder });
    return folder;
  }

  const { PATH = "" } = process.env;
  const environment = () => ({
    PATH,
    DATABASE_URL: stores.environment["DATABASE_URL"] ?? "",
    REDIS_URL: stores.environment["REDIS_URL"] ?? "",
    SECRET: Buffer.alloc(32, 7).toString("base64"),
  });

  const node = (folder: string, more: Record<string, string> = {}) =>
    [
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "src/main.ts"],
      { cwd: folder, env: { ...environment(), ...more } },
    ] as const;

  /** Starts a server and returns its origin when it listens. */
  async function start(folder: string): Promise<string> {
    const port = await freePort();
    return await listening(spawn(...node(folder, { PORT: String(port) })), port, /^listening$/);
  }

  async function listening(child: ChildProcess, port: number, ready: RegExp): Promise<string> {
    running.push(child);
    const output: string[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        if (stream)
          createInterface(stream).on("line", (line) => {
            output.push(line);
            if (ready.test(line)) resolve();
          });
      child.once("close", () => reject(new Error(output.join("\n"))));
    });
    return `http://127.0.0.1:${port}`;
  }

  /** Asks, and returns the status, the body and the cookie that was set. */
  async function ask(
    method: string,
    url: string,
    cookie = "",
    body?: string | URLSearchParams | Readonly<Record<string, string>>,
  ) {
    const isPlain = typeof body === "string" || body instanceof URLSearchParams;
    const isJson = body !== undefined && !isPlain;
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers: { cookie, ...(isJson && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: isPlain ? body : JSON.stringify(body) }),
    });
    const [set = ""] = response.headers.getSetCookie();
    return {
      status: response.status,
      text: await response.text(),
      cookie: set.split(";")[0] ?? "",
    };
  }

  it("express has its own routes on our domain and adapters", async () => {
    const origin = await start(await installed("express"));
    const bob = { email: "bob@example.com", password: "MyPwdOfBob" };
    expect((await ask("POST", `${origin}/accounts`, "", bob)).status).toBe(201);
    expect(await ask("POST", `${origin}/accounts`, "", bob)).toMatchObject({
      status: 400,
      text: '{"error":"email_already_registered"}',
    });
    const wrong = { ...bob, password: "x" };
    expect((await ask("POST", `${origin}/login`, "", wrong)).status).toBe(401);
    const { cookie, status } = await ask("POST", `${origin}/login`, "", bob);
    expect(status).toBe(200);
    expect(await ask("GET", `${origin}/me`, cookie)).toMatchObject({
      status: 200,
      text: '{"email":"bob@example.com"}',
    });
    expect((await ask("POST", `${origin}/logout`, cookie)).status).toBe(204);
    expect((await ask("GET", `${origin}/me`, cookie)).status).toBe(401);
  }, 120_000);

  it("sqlite has its own user store, which passes our contract", async () => {
    const folder = await installed("sqlite");
    const { stdout } = await run(...node(folder));
    expect(stdout).toBe("bob@example.com\nemail_already_registered\n");
    const tested = await run("npx", ["vitest", "run"], { cwd: folder, env: { PATH, CI: "true" } });
    const said = stripVTControlCharacters(tested.stdout);
    expect(said).toMatch(/Tests {2}\d{2} passed \(\d{2}\)/);
  }, 120_000);

  it("mounted has the service under a path, and guards its own routes", async () => {
    const origin = await start(await installed("mounted"));
    const bob = () => new URLSearchParams({ email: "bob@example.com", password: "MyPwdOfBob" });
    expect((await ask("GET", `${origin}/notes`)).status).toBe(403);
    expect((await ask("POST", `${origin}/auth/users`, "", bob())).status).toBe(200);
    const { cookie } = await ask("POST", `${origin}/auth/sessions`, "", bob());
    const page = await ask("GET", `${origin}/auth/account`, cookie);
    expect(page.text).toContain('action="/auth/logout"');
    expect((await ask("POST", `${origin}/notes`, cookie, "buy milk")).status).toBe(201);
    expect((await ask("GET", `${origin}/notes`, cookie)).text).toBe('["buy milk"]');
    expect((await ask("DELETE", `${origin}/auth/sessions`, cookie)).status).toBe(302);
    expect((await ask("GET", `${origin}/notes`, cookie)).status).toBe(403);
  }, 120_000);

  it("react-router protects its pages on the server, with the typed client", async () => {
    const folder = await installed("react-router");
    await run("npm", ["run", "build"], { cwd: folder });
    const { environment: env } = stores;
    const api = await startApi({ ...env, ...OPEN, POLICY: "course", BCRYPT_COST: "4" });
    running.push(api.child);
    const port = await freePort();
    const program = join(folder, "node_modules/@react-router/serve/bin.cjs");
    const child = spawn(process.execPath, [program, "./build/server/index.js"], {
      cwd: folder,
      env: { PATH, PORT: String(port), HOST: "127.0.0.1", POSTERN_URL: api.origin },
    });
    const origin = await listening(child, port, /http:/);
    const bob = { email: "router@example.com", password: "MyPwdOfBob" };
    const form = () => new URLSearchParams(bob);
    expect((await ask("POST", `${api.origin}/users`, "", form())).status).toBe(200);
    expect((await ask("GET", `${origin}/`)).status).toBe(302);
    const wrong = new URLSearchParams({ ...bob, password: "x" });
    const refused = await ask("POST", `${origin}/login`, "", wrong);
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining("wrong")]);
    const { status, cookie } = await ask("POST", `${origin}/login`, "", form());
    expect(status).toBe(302);
    const home = await ask("GET", `${origin}/`, cookie);
    expect(home.text.replaceAll("<!-- -->", "")).toContain("Hello router@example.com");
    expect((await ask("POST", `${origin}/logout`, cookie)).status).toBe(302);
    expect((await ask("GET", `${origin}/`, cookie)).status).toBe(302);
    await api.end("SIGTERM");
    expect((await ask("GET", `${origin}/`, cookie)).status).toBe(503); // and not: logged out
  }, 180_000);

  it("own-transaction creates a user with its own row, both or neither", async () => {
    const folder = await installed("own-transaction");
    const own = await fullStores({ isMigrated: false });
    const DATABASE_URL = own.environment["DATABASE_URL"] ?? "";
    const { stdout } = await run(...node(folder, { DATABASE_URL }));
    expect(stdout.trim().split("\n")).toEqual([
      "created",
      "email_already_registered",
      "password_too_short",
      "true",
      '{"customers":1,"users":1,"events":1}',
    ]);
    await own.close();
  }, 120_000);
});
