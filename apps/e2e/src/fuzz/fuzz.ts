import { Agent, request as send } from "node:http";
import { openApiValidator } from "@postern/test-servers";
import { random } from "./random.ts";
import { type Description, type FuzzedRequest, type Knowledge, requestsFrom } from "./requests.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Fuzzed {
  readonly requests: number;
  readonly byStatus: Readonly<Record<number, number>>;
  /** What should not have happened, each with its request. */
  readonly findings: readonly string[];
}

export interface FuzzOptions {
  readonly origin: string;
  /** The same seed makes the same requests, as long as the answers are the same. */
  readonly seed: number;
  readonly requests: number;
}

type Check = ReturnType<typeof openApiValidator>;

const MAX_KNOWN = 20;
const MAX_FINDINGS = 20;
const PATIENCE_MS = 20_000;

/**
 * Sends requests that are made from the service's own description, one after the other. An answer
 * is a finding if its status is 500, if it differs from the description, or if it does not come.
 */
export async function fuzz({ origin, seed, requests }: FuzzOptions): Promise<Fuzzed> {
  const document = await (await fetch(`${origin}/openapi.json`)).text();
  const check = openApiValidator(document);
  const nextRequest = requestsFrom(JSON.parse(document) as Description, random(seed));
  const known: Knowledge = {
    emails: Array.from({ length: 8 }, (_, n) => `fuzz-${seed}-${n}@example.com`),
    passwords: ["seven green tortoises", "eight blue tortoises", "wrong password"],
    cookies: [],
    tokens: ["x".repeat(43)],
    ids: ["00000000-0000-7000-8000-000000000000"],
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const byStatus: Record<number, number> = {};
  const findings: string[] = [];
  for (let n = 0; n < requests && findings.length < MAX_FINDINGS; n += 1) {
    const request = nextRequest(known);
    try {
      const answer = await ask(origin, agent, request);
      byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1;
      checkAnswer(check, request, answer);
      learn(known, answer);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const body = String(request.body).slice(0, 300);
      findings.push(`seed ${seed}, request ${n}: ${why}\n${JSON.stringify({ ...request, body })}`);
    }
  }
  agent.destroy();
  return { requests, byStatus, findings };
}

function ask(origin: string, agent: Agent, fuzzed: FuzzedRequest): Promise<Answer> {
  const { hostname: host, port } = new URL(origin);
  const { method, target: path, body, isChunked } = fuzzed;
  const framing =
    body === undefined
      ? {}
      : isChunked
        ? { "transfer-encoding": "chunked" }
        : { "content-length": Buffer.byteLength(body) };
  const headers = Object.entries({ ...fuzzed.headers, ...framing }).map(
    ([name, value]) => [name, Buffer.from(String(value)).toString("latin1")] as const,
  );
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path, agent, headers: Object.fromEntries(headers) };
    const sending = send({ ...options, timeout: PATIENCE_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const received = new Headers();
        for (const [name, values] of Object.entries(response.headersDistinct))
          for (const value of values ?? []) received.append(name, value);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: received, text });
      });
    });
    sending.once("timeout", () => sending.destroy(new Error("no answer in time")));
    sending.once("error", reject);
    sending.end(body);
  });
}

/** Checks an answer against the description of its path. */
function checkAnswer(check: Check, { method, target }: FuzzedRequest, answer: Answer): void {
  const { status, text } = answer;
  if (status === 500) throw new Error("500");
  const described = describedPath(target);
  if (described !== undefined) return check(method, described, answer);
  if (status >= 400 && method !== "HEAD" && !/"(?:message|detail)"/.test(text))
    throw new Error(`${status} without message`);
}

/** Returns the path as a description names it. `undefined`: a target that is no path. */
function describedPath(target: string): string | undefined {
  const path = target.startsWith("http:") ? target.slice("http://127.0.0.1".length) : target;
  if (!/^\/(?!\/)/.test(path)) return undefined;
  try {
    // The router decodes paths too, but no more than `decodeURI` does.
    const { pathname } = new URL(path, "http://127.0.0.1");
    return decodeURI(pathname).replaceAll("?", "%3f").replaceAll("#", "%23");
  } catch {
    return path;
  }
}

/** Keeps cookies, tokens and ids of answers for later requests. */
function learn(known: Knowledge, { headers, text }: Answer): void {
  for (const cookie of headers.getSetCookie())
    keep(known.cookies, cookie.slice(0, cookie.indexOf(";")));
  for (const [, name = "", value = ""] of text.matchAll(/"(\w*(?:token|id))":"([^"]+)"/g))
    keep(name.endsWith("id") ? known.ids : known.tokens, value);
}

function keep(kept: string[], value: string): void {
  kept.push(value);
  if (kept.length > MAX_KNOWN) kept.shift();
}
