import { readFileSync } from "node:fs";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postern } from "./api-process.ts";
import { type EventService, startEventService } from "./event-service.ts";
import { anEmail, visitor } from "./visitor.ts";

const PASSWORD = "MyPwdOfBob";
const PATIENCE = { timeout: 20_000, interval: 50 };
type Fields = Readonly<Record<string, unknown>>;

describe.skipIf(!testServers().redisUrl)("the operator's commands", () => {
  let service: EventService;
  let isMailDown = false;
  beforeAll(async () => {
    service = await startEventService({
      environment: { EVENT_TRIES: "1" },
      judgeMail: () => (isMailDown ? "refuse" : "accept"),
      answerPost: () => ({ status: 200, body: "thanks \u001b[2J" }),
    });
    await service.startWorker();
  });
  afterAll(() => service?.close());

  const run = (...args: string[]) => postern(service.environment, ...args);
  const json = async (...args: string[]) => (await service.operate(...args)) as Fields;
  const list = async (...args: string[]) => (await service.operate(...args)) as readonly Fields[];

  async function loggedIn() {
    const email = anEmail("cli");
    const bob = visitor(service.api.origin);
    await bob.register(email, PASSWORD);
    await bob.logIn(email, PASSWORD);
    expect((await bob.profile()).status).toBe(200);
    return { email, bob };
  }
  const mailsTo = (email: string) =>
    service.smtp.received.filter(({ recipients }) => recipients[0] === email);

  it("explain themselves, and say by their exit codes how they ended", async () => {
    const help = await run("--help");
    expect(help).toMatchObject({ code: 0 });
    for (const group of [
      "events",
      "dead-letters",
      "webhooks",
      "mail",
      "users",
      "sessions",
      "migrate",
    ]) {
      expect(help.stdout).toContain(group);
      expect((await run(group, "--help")).code).toBe(0);
    }
    const document = readFileSync(
      new URL("../../../docs/operating/cli.md", import.meta.url),
      "utf8",
    );
    for (const group of ["events", "dead-letters", "webhooks", "mail", "users", "sessions"]) {
      const { stdout } = await run(group, "--help");
      const commands = [...stdout.matchAll(/^ {2}([a-z-]+)(?= .*<|  | \[)/gm)].map(
        ([, name]) => name,
      );
      expect(commands.length).toBeGreaterThan(1);
      for (const name of commands) {
        if (name !== "help") expect(document).toContain(`${group} ${name}`);
      }
    }
    const id = "01989f2c-8a5e-7c3d-9b1f-6a7d5e4c3b2a";
    const endings: [number, string[]][] = [
      [0, ["webhooks", "list"]],
      [2, ["nonsense"]],
      [2, ["users", "find"]],
      [2, ["events", "list", "--limit", "-1"]],
      [2, ["events", "list", "--since", "yesterday"]],
      [2, ["sessions", "end-all"]],
      [2, ["dead-letters", "discard", "--all"]],
      [2, ["webhooks", "add", "ftp://example.com"]],
      [2, ["users", "create", "not an address"]],
      [2, ["mail", "test", "not an address"]],
      [2, ["webhooks", "add", "https://example.com", "--types", "user.creted"]],
      [2, ["dead-letters", "retry", "--queue", "male"]],
      [2, ["events", "replay", id, "--subscriber", "male"]],
      [3, ["events", "list", "--user", "nobody@example.com"]],
      [3, ["users", "find", "nobody@example.com"]],
      [3, ["users", "show", id]],
      [3, ["events", "show", id]],
      [3, ["events", "show", "x"]],
      [3, ["webhooks", "pause", id]],
      [3, ["dead-letters", "show", id]],
    ];
    for (const [code, args] of endings) {
      expect({ args, code: (await run(...args)).code }).toEqual({ args, code });
    }
    const nowhere = { ...service.environment, DATABASE_URL: "postgres://postgres@127.0.0.1:1/x" };
    const down = await postern(nowhere, "users", "find", "bob@example.com");
    expect(down.code).toBe(1);
    expect(down.stderr).not.toContain("    at ");
    const wrong = await postern({ DATABASE_URL: "canary" }, "webhooks", "list");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("DATABASE_URL: must be");
    expect(wrong.stderr).not.toContain("canary");
  }, 120_000);

  it("create, find, disable, enable, log out and delete users", async () => {
    const email = anEmail("made");
    const user = await json("users", "create", email, "--language", "pt-br");
    expect(user["language"]).toBe("pt-BR");
    expect(user).toMatchObject({ email, epoch: 0, disabled_at: null });
    await expect.poll(() => mailsTo(email).length, PATIENCE).toBe(1);
    expect(mailsTo(email)[0]?.message.subject).toBe("Reset your password");
    const again = await run("users", "create", email.toUpperCase());
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toBe(`a user with the address ${email.toUpperCase()} already exists\n`);
    const nonsense = await run("users", "create", "nonsense");
    expect(nonsense).toMatchObject({ code: 2, stderr: "not an e-mail address: nonsense\n" });
    expect(await json("users", "find", String(user["id"]))).toEqual(user);

    const { email: hers, bob } = await loggedIn();
    const shown = await json("users", "show", hers);
    expect(shown["sessions"]).toHaveLength(1);
    await json("users", "log-out", hers);
    expect((await bob.profile()).status).toBe(403);
    await bob.logIn(hers, PASSWORD);
    await json("users", "disable", hers);
    expect((await bob.profile()).status).toBe(403);
    expect((await bob.logIn(hers, PASSWORD)).status).toBe(401);
    await json("users", "enable", hers);
    expect((await bob.logIn(hers, PASSWORD)).status).toBe(200);
    await json("users", "send-reset", hers);
    await expect.poll(() => mailsTo(hers).length, PATIENCE).toBe(1);
    expect((await run("users", "delete", hers)).code).toBe(2);
    await json("users", "delete", hers, "--yes");
    expect((await bob.profile()).status).toBe(403);
    expect((await run("users", "find", hers)).code).toBe(3);
    const types = (await list("events", "list", "--user", String(shown["id"]))).map(
      ({ type }) => type,
    );
    expect(types).toEqual(
      expect.arrayContaining([
        "user.sessions_ended",
        "user.disabled",
        "user.enabled",
        "user.deleted",
      ]),
    );
  }, 60_000);

  it("end the sessions of all users at once", async () => {
    const people = [await loggedIn(), await loggedIn(), await loggedIn()];
    const { code, stderr } = await run("sessions", "end-all", "--yes");
    expect(code).toBe(0);
    expect(stderr).toMatch(/\d+ users/);
    for (const { bob } of people) expect((await bob.profile()).status).toBe(403);
  });

  it("manage webhooks, and show what became of each attempt", async () => {
    const added = await json(
      "webhooks",
      "add",
      `${service.receiver.url}/a`,
      "--types",
      "user.created",
    );
    const id = String(added["id"]);
    expect(added["secret"]).toMatch(/^whsec_/);
    expect(JSON.stringify(await list("webhooks", "list"))).not.toContain("whsec_");
    expect(await json("webhooks", "test", id)).toMatchObject({ status: 200 });
    const [test] = service.receiver.received;
    expect(JSON.parse(test?.body ?? "")).toMatchObject({ type: "webhook.test" });

    await json("webhooks", "pause", id);
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // until the worker has noticed it
    await visitor(service.api.origin).register(anEmail(), PASSWORD);
    expect((await list("webhooks", "list"))[0]).toMatchObject({ id, paused: "operator" });
    await json("webhooks", "resume", id);
    await expect.poll(() => service.receiver.received.length, PATIENCE).toBe(2);
    await expect
      .poll(async () => (await list("webhooks", "attempts", id)).length, PATIENCE)
      .toBe(1);
    expect((await list("webhooks", "attempts", id))[0]).toMatchObject({ attempt: 1, status: 200 });
    const { stdout } = await run("webhooks", "attempts", id);
    expect(stdout).toContain("thanks");
    expect(stdout).not.toContain("\u001b");

    const rotated = await json("webhooks", "rotate", id, "--days", "2");
    expect(rotated["secret"]).not.toBe(added["secret"]);
    const [event] = await list("events", "list", "--type", "user.created", "--limit", "1");
    const replayed = await json(
      "events",
      "replay",
      String(event?.["id"]),
      "--subscriber",
      "webhooks",
    );
    expect(replayed["replayed_by"]).toEqual(["webhooks"]);
    await expect.poll(() => service.receiver.received.length, PATIENCE).toBe(3);
    const [first, second] = service.receiver.received.slice(1);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(String(second?.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    expect((await run("webhooks", "remove", id)).code).toBe(2);
    await json("webhooks", "remove", id, "--yes");
    expect(await list("webhooks", "list")).toEqual([]);
  }, 60_000);

  it("list, show, retry and discard dead letters", async () => {
    isMailDown = true;
    const { email } = await loggedIn();
    await json("users", "send-reset", email);
    const dead = () => list("dead-letters", "list");
    await expect.poll(async () => (await dead()).length, PATIENCE).toBe(1);
    const [letter] = await dead();
    expect(letter).toMatchObject({
      queue: "mail",
      type: "user.password_reset_requested",
      tries: 1,
    });
    const shown = await json("dead-letters", "show", String(letter?.["id"]));
    expect(shown["reason"]).toMatch(/sending the mail failed/);
    expect(JSON.stringify(shown)).not.toContain(email);
    expect(mailsTo(email)).toEqual([]);
    isMailDown = false;
    expect(await json("dead-letters", "retry", String(letter?.["id"]))).toEqual({
      queued_again: 1,
    });
    await expect.poll(() => mailsTo(email).length, PATIENCE).toBe(1);
    expect(await dead()).toEqual([]);
    isMailDown = true;
    await json("users", "send-reset", email);
    await expect.poll(async () => (await dead()).length, PATIENCE).toBe(1);
    expect(await json("dead-letters", "discard", "--queue", "mail", "--yes")).toEqual({
      discarded: 1,
    });
    expect(await dead()).toEqual([]);
    isMailDown = false;
  }, 60_000);

  it("show an event and where it has got to", async () => {
    const { email } = await loggedIn();
    await json("users", "send-reset", email);
    const user = await json("users", "find", email);
    const [event] = await list("events", "list", "--user", String(user["id"]), "--limit", "1");
    expect(event).toMatchObject({ type: "user.password_reset_requested", version: 1 });
    const status = async () =>
      (await json("events", "show", String(event?.["id"])))["status"] as readonly Fields[];
    const mail = { queue: "mail", state: "done", tries: 1, endpointId: null };
    await expect.poll(status, PATIENCE).toContainEqual(mail);
  });

  it("send every template as a test", async () => {
    const to = anEmail("mails");
    const { stdout } = await run("mail", "test", "--help");
    const [, choices = ""] = /choices:\s*([^)]*),\s*default:\s*"password/.exec(stdout) ?? [];
    const templates = choices.match(/[\w-]+/g) ?? [];
    for (const template of templates) {
      const sent = await json("mail", "test", to, "--template", template, "--language", "de");
      expect(sent).toMatchObject({ sent: true, to });
    }
    expect(templates).toHaveLength(9);
    expect(mailsTo(to)).toHaveLength(9);
  }, 60_000);
});
