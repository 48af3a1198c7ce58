import { createHmac } from "node:crypto";
import { Ajv, type AnySchema } from "ajv";
import addFormats from "ajv-formats";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { EVENT_SCHEMAS, eventSchemas } from "./event-schemas.ts";
import { read } from "./repository.ts";

const schema = JSON.parse(eventSchemas()) as AnySchema & { oneOf: { title: string }[] };
const ajv = new Ajv({ allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);
const errorsIn = (event: unknown) => {
  void validate(event); // ajv stores its errors beside the function
  return validate.errors ?? null;
};
const document = read("docs/events.md");

/** Each section named after an event, and its JSON. */
const sections = new Map(
  [...document.matchAll(/^### `([a-z_.]+)`[^\n]*\n([\s\S]*?)(?=^##|$(?![\s\S]))/gm)].map(
    ([, type = "", text = ""]) => [type, /```json\n([\s\S]*?)```/.exec(text)?.[1]],
  ),
);

describe("events", () => {
  it("have schemas that are generated from the types as they are now", () => {
    expect(JSON.parse(read(EVENT_SCHEMAS))).toEqual(schema); // if not: pnpm generate
  });

  it("are all described, each with an example that its schema takes", () => {
    expect([...sections.keys()].toSorted()).toEqual(
      schema.oneOf.map(({ title }) => title).toSorted(),
    );
    for (const [type, example = ""] of sections) {
      const event = JSON.parse(example) as { type: string };
      expect(event.type).toBe(type);
      expect({ type, errors: errorsIn(event) }).toEqual({ type, errors: null });
    }
  });

  it("are refused by the schemas when something is missing, wrong or too much", () => {
    const [example = ""] = [...sections.values()];
    const event = JSON.parse(example) as Record<string, unknown>;
    for (const wrong of [
      { ...event, version: 99 },
      { ...event, email: "bob@example.com" },
      { ...event, timestamp: "yesterday" },
      { ...event, data: undefined },
    ]) {
      expect(errorsIn(JSON.parse(JSON.stringify(wrong)))).not.toBeNull();
    }
  });
});

describe("the receiver in docs/events.md", () => {
  const code = /```js\n([\s\S]*?)```/.exec(document)?.[1] ?? "";
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const body = JSON.stringify({ type: "user.created" });
  const headersAt = (at: Date) => ({
    "webhook-id": "1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign("1", at, body),
  });
  const load = async () => {
    const module: unknown = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    return (module as { verify: (body: string, headers: object, secret: string) => unknown })
      .verify;
  };

  it("has ten lines, and takes what the reference library signs", async () => {
    const verify = await load();
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(12);
    expect(verify(body, headersAt(new Date()), secret)).toEqual({ type: "user.created" });
  });

  it("refuses forged and old messages", async () => {
    const verify = await load();
    const headers = headersAt(new Date());
    expect(() => verify(`${body} `, headers, secret)).toThrow();
    expect(() => verify(body, headersAt(new Date(Date.now() - 600_000)), secret)).toThrow();
    const other = createHmac("sha256", "other").update("x").digest("base64");
    expect(() =>
      verify(body, { ...headers, "webhook-signature": `v1,${other}` }, secret),
    ).toThrow();
    expect(() => verify(body, { ...headers, "webhook-signature": "" }, secret)).toThrow();
  });
});
