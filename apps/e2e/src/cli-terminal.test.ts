import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { POSTERN, postern } from "./api-process.ts";
import { type EventService, startEventService } from "./event-service.ts";
import { anEmail, visitor } from "./visitor.ts";

const WIDE = "応答は遅い";
const COLUMNS = 80;

describe.skipIf(!testServers().redisUrl)("the operator's commands", () => {
  let service: EventService;
  let [user, endpoint, event] = ["", "", ""];
  beforeAll(async () => {
    service = await startEventService({ answerPost: () => ({ status: 500, body: WIDE }) });
    const worker = await service.startWorker({ EVENT_TRIES: "1" });
    const url = `${service.receiver.url}/hook`;
    endpoint = ((await service.operate("webhooks", "add", url)) as { id: string }).id;
    user = anEmail("listed");
    await visitor(service.api.origin).register(user, "seven tortoises");
    const attempted = async () =>
      ((await service.operate("webhooks", "attempts", endpoint)) as unknown[]).length > 0;
    await vi.waitUntil(attempted, { timeout: 20_000, interval: 100 });
    await worker.end("SIGTERM");
    const [newest] = (await service.operate("events", "list")) as { id: string }[];
    event = newest?.id ?? "";
  });
  afterAll(() => service?.close());

  const PATH = `${dirname(POSTERN)}:${dirname(process.execPath)}:${process.env["PATH"]}`;

  /** Runs a command line in a terminal of 80 columns. Returns what the terminal received. */
  const inTerminal = (line: string, more: Record<string, string> = {}) =>
    new Promise<string>((resolve) => {
      const env = { PATH, TERM: "xterm", SHELL: "/bin/sh", ...service.environment, ...more };
      const args = ["-qec", `stty cols ${COLUMNS} -onlcr; ${line}`, "/dev/null"];
      execFile("script", args, { env }, (_, stdout) => resolve(stdout));
    });

  /** Every command that only reads, and then those that change something. */
  const commands = () => [
    ["events", "list", "--limit", "5"],
    ["events", "show", event],
    ["dead-letters", "list"],
    ["webhooks", "list"],
    ["webhooks", "attempts", endpoint],
    ["users", "list"],
    ["users", "list", "--search", user.slice(0, 12), "--limit", "1"],
    ["users", "find", user],
    ["users", "show", user],
    ["mail", "test", "bob@example.com", "--template", "reset"],
    ["webhooks", "pause", endpoint],
    ["webhooks", "resume", endpoint],
    ["webhooks", "rotate", endpoint],
    ["users", "verify", user],
    ["users", "unlock", user],
    ["users", "disable", user],
    ["users", "enable", user],
    ["users", "log-out", user],
    ["users", "send-reset", user],
    ["events", "replay", event],
    ["sessions", "end-all", "--yes"],
    ["migrate"],
  ];

  it("fit into 80 columns as tables, or are blocks of lines", async () => {
    for (const command of commands()) {
      const received = await inTerminal(`postern ${command.join(" ")}`);
      const text = stripVTControlCharacters(received);
      expect([command, text.trim()]).not.toEqual([command, ""]);
      expect(text).not.toMatch(/error|    at /i);
      const [head = ""] = text.split("\n");
      const isTable = /^\w+ {2,}\w+( {2,}\w+)+$/.test(head);
      if (isTable) for (const line of text.split("\n")) expect(stringWidth(line)).toBeLessThan(81);
    }
  }, 120_000);

  it("put wide characters into columns that stay in line", async () => {
    const { stdout } = await postern(service.environment, "webhooks", "attempts", endpoint);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    const starts = lines.map((line) => line.replace(/(answer|応答は遅い)$/, ""));
    expect(stdout).toContain(WIDE);
    expect(new Set(starts.map((line) => stringWidth(line))).size).toBe(1);
  });

  it("print one line for each item into a pipe, without colour, and JSON if asked to", async () => {
    for (const command of commands()) {
      const json = await postern(service.environment, "--json", ...command);
      expect([command, json.code]).toEqual([command, 0]);
      const parsed = JSON.parse(json.stdout) as unknown;
      if (!Array.isArray(parsed) || parsed.length === 0) continue;
      const plain = await postern(service.environment, ...command);
      expect(plain.stdout).toBe(stripVTControlCharacters(plain.stdout));
      expect(plain.stdout.trimEnd().split("\n")).toHaveLength(parsed.length + 1);
    }
  }, 120_000);

  it("are bold where a terminal wants it", async () => {
    const bold = (text: string) => text.includes("\x1b[1m");
    expect(bold(await inTerminal(`postern users find ${user}`))).toBe(true);
    expect(bold(await inTerminal(`postern users find ${user}`, { NO_COLOR: "1" }))).toBe(false);
    expect(bold(await inTerminal(`postern users find ${user} | cat`))).toBe(false);
  });

  it("say their version", async () => {
    expect((await postern({}, "--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("list users by a part of the address, taken as it is", async () => {
    const found = async (...more: string[]) =>
      ((await service.operate("users", "list", ...more)) as { email: string }[]).map(
        ({ email }) => email,
      );
    const odd = user.replace("listed", "od_d");
    for (const email of [odd, odd.replace("_", "x")])
      await service.operate("users", "create", email, "--no-mail");
    expect(await found("--search", "OD_D")).toEqual([odd]);
    expect(await found("--search", "%")).toEqual([]);
    expect((await found()).slice(0, 2)).toEqual([odd.replace("_", "x"), odd]);
    expect(await found("--limit", "1")).toHaveLength(1);
  });

  it.each([
    ["https://10.1.2.3/hook", "a private address is not allowed (10.1.2.3)"],
    ["https://[::ffff:192.168.0.1]/", "a private address is not allowed"],
    ["https://localhost/hook", "a private address is not allowed (127.0.0.1)"],
    ["http://93.184.215.14/", "plain http is for allowed networks only; use https"],
    ["http://name-without-address.invalid/", "plain http is for allowed networks only"],
    ["https://93.184.215.14:0/", "nothing listens at port 0"],
    ["https://169.254.169.254/latest", "a private address is not allowed"],
    ["ftp://example.com", "not an http(s) URL"],
  ])("refuse the webhook %s, which nothing could be delivered to", async (url, reason) => {
    const { WEBHOOK_ALLOW_NETWORKS: _, ...environment } = service.environment;
    const { code, stderr } = await postern(environment, "webhooks", "add", url);
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });

  const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";
  const hasShells = existsSync(BASH_COMPLETION) && existsSync("/usr/bin/zsh");
  if (!hasShells) {
    if (process.env["CI"]) throw new Error("no zsh or no bash-completion: CI must not skip a test");
    console.warn("\n*** NO ZSH OR NO BASH-COMPLETION: COMPLETION IS NOT TRIED. ***\n");
  }
  const runShell = (shell: string, ...args: string[]) =>
    new Promise<string>((resolve) =>
      execFile(shell, args, { env: { PATH, TERM: "dumb" } }, (_, out, err) => resolve(out + err)),
    );

  it.skipIf(!hasShells)("are completed by bash", async () => {
    const complete = (words: string) =>
      runShell(
        "bash",
        "--norc", // which bash would read, because its input is a socket
        "-c",
        `source ${BASH_COMPLETION}; source <(postern complete bash); compopt() { :; }
         COMP_LINE="postern ${words}"; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(postern ${words})
         COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); __postern_complete; echo "\${COMPREPLY[@]}"`,
      );
    expect(await complete("us")).toBe("users\n");
    expect(await complete("users l")).toBe("list log-out\n");
    expect(await complete("users list --l")).toBe("--limit\n");
  });

  it.skipIf(!hasShells)("are completed by zsh", async () => {
    const script = `
      zmodload zsh/zpty; all=""
      await() {
        repeat 200; do zpty -r -t z out && all+=$out; [[ $all == *$1* ]] && return; sleep 0.05; done
        print -r -- "missing $1 in: $all"
      }
      zpty -b z "zsh -f -i"
      zpty -w z "autoload -U compinit; compinit -u -D; source <(postern complete zsh); print RE'ADY'"
      await READY; all=""
      zpty -w -n z $'postern users l\\t'; await log-out
      zpty -w -n z $'is\\t--li\\t'; await --limit
      print "completed"`;
    expect(await runShell("zsh", "-f", "-c", script)).toBe("completed\n");
  });
});
