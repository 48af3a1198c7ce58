import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EventService, OPEN, startEventService } from "./event-service.ts";
import { anEmail, checkedFetch, visitor } from "./visitor.ts";

interface Operation {
  readonly requestBody?: {
    readonly content: Record<string, { schema: { properties: Record<string, unknown> } }>;
  };
}
type Document = { readonly paths: Record<string, Record<string, Operation>> };

const PASSWORD = "seven green tortoises";
/**
 * As JSON, which can express what a form cannot: Postgres refuses NUL, and UTF-8 has no half
 * characters.
 */
const BAD_TEXTS = [
  '"\\u0000"',
  '"a\\u0000b@example.com"',
  '"\\ud800"',
  '"\\udc00 x"',
  '"\\ufffe\\uffff"',
  `"${"x".repeat(9_000)}"`,
  '""',
  "0",
  "true",
  "null",
  "[]",
  '{"a":1}',
];
const BAD_BYTES = ["%", "%zz", "%ff", "%c0%80", "%ed%a0%80", "%00", "%f8%88%80%80%80"];

/** Security: no content of a field causes a fault. */
describe.skipIf(!testServers().redisUrl)("every field of every route", () => {
  let service: EventService;
  beforeAll(async () => {
    service = await startEventService({ environment: OPEN });
  });
  afterAll(() => service?.close());

  it("may hold NUL, half characters, bad UTF-8, or no text, and gets no 5xx", async () => {
    const { origin } = service.api;
    const { paths } = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
    const bob = visitor(origin);
    const email = anEmail();
    await bob.register(email, PASSWORD);
    const valid: Record<string, string> = {
      email,
      password: PASSWORD,
      current_password: PASSWORD,
      new_password: PASSWORD,
      reset_token: "x".repeat(43),
      token: "x".repeat(43),
      remember: "on",
    };
    let cases = 0;
    const statuses = new Set<number>();
    async function send(method: string, path: string, type: string, body: string) {
      const headers = { "content-type": type, cookie: bob.cookie };
      const answer = await checkedFetch(origin + path, {
        method,
        headers,
        body,
        redirect: "manual",
      });
      expect([method, path, body.slice(0, 80), answer.status < 500]).toEqual([
        method,
        path,
        body.slice(0, 80),
        true,
      ]);
      statuses.add(answer.status);
      cases += 1;
    }
    for (const [path, operations] of Object.entries(paths)) {
      for (const [verb, { requestBody }] of Object.entries(operations)) {
        const schema = requestBody?.content["application/json"]?.schema;
        const fields = Object.keys(schema?.properties ?? {});
        for (const field of fields) {
          await bob.register(email, PASSWORD); // if Bob has just been deleted
          await bob.logIn(email, PASSWORD);
          const others = fields.filter((name) => name !== field);
          for (const bad of BAD_TEXTS) {
            const members = others.map((name) => `"${name}":${JSON.stringify(valid[name])}`);
            const body = `{${[`"${field}":${bad}`, ...members].join(",")}}`;
            await send(verb.toUpperCase(), path, "application/json", body);
          }
          for (const bad of BAD_BYTES) {
            const pairs = others.map((name) => `${name}=${encodeURIComponent(valid[name] ?? "")}`);
            const body = [`${field}=${bad}`, ...pairs].join("&");
            await send(verb.toUpperCase(), path, "application/x-www-form-urlencoded", body);
          }
        }
      }
    }
    expect(cases).toBeGreaterThan(300);
    expect([...statuses].filter((status) => status >= 400)).not.toEqual([]);
  });
});
