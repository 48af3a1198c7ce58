import {
  CONTENT_TYPES,
  HEADERS,
  HOSTILE_BODIES,
  HOSTILE_TEXTS,
  HOSTILE_VALUES,
  METHODS,
  SPELLINGS,
} from "./hostile.ts";
import { PAGES } from "./pages.ts";
import type { Random } from "./random.ts";

/** The part of an OpenAPI document that requests are made from. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<
        string,
        { readonly schema: { readonly properties?: Readonly<Record<string, unknown>> } }
      >
    >;
  };
}

export interface FuzzedRequest {
  readonly method: string;
  /** As it is sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
  /** Sent in chunks, without a length. */
  readonly isChunked: boolean;
}

/** What earlier answers have given, so that requests get beyond the first check. */
export interface Knowledge {
  readonly emails: readonly string[];
  readonly passwords: readonly string[];
  readonly cookies: string[];
  readonly tokens: string[];
  readonly ids: string[];
}

interface Target {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation | undefined;
}

/** Returns a function that makes the next request, from a description and what is known so far. */
export function requestsFrom(
  { paths }: Description,
  random: Random,
): (k: Knowledge) => FuzzedRequest {
  const all = [...Object.entries(paths), ...Object.entries(PAGES)];
  const operations = all.flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({
      path,
      method: verb.toUpperCase(),
      operation,
    })),
  );

  function aTarget(): Target {
    const target = random.pick(operations);
    if (random.chance(0.9)) return target;
    return { ...target, method: random.pick(METHODS) };
  }

  /** A value that may be right for a field or parameter of this name. */
  function aValue(name: string, known: Knowledge): string {
    if (random.chance(0.15)) return random.pick(HOSTILE_TEXTS);
    if (name.includes("email")) return random.pick(known.emails);
    if (name.includes("password")) return random.pick(known.passwords);
    if (name.includes("token")) return random.pick(known.tokens) ?? "x".repeat(43);
    if (name.includes("id")) return random.pick(known.ids) ?? random.pick(HOSTILE_TEXTS);
    if (name === "remember") return random.pick(["on", "true", "false", "1"]);
    return random.pick(HOSTILE_TEXTS);
  }

  function aPath({ path, operation }: Target, known: Knowledge): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(aValue(name, known).toWellFormed()),
    );
    const spelled = random.chance(0.05) ? random.pick(SPELLINGS)(filled) : filled;
    const queries = (operation?.parameters ?? []).filter((one) => one.in === "query");
    const pairs = queries
      .filter(() => random.chance(0.8))
      .map(({ name }): [string, string] => [name, aValue(name, known).toWellFormed()]);
    if (random.chance(0.03)) pairs.push([random.pick(HOSTILE_TEXTS).toWellFormed(), "x"]);
    if (random.chance(0.02)) return `${spelled}?${random.pick(["%", "&", "=", "a=%ff", "a&a"])}`;
    return pairs.length > 0 ? `${spelled}?${String(new URLSearchParams(pairs))}` : spelled;
  }

  function headers(known: Knowledge): Record<string, string> {
    const given: Record<string, string> = {};
    if (known.cookies.length > 0 && random.chance(0.7))
      given["cookie"] = random.pick(known.cookies);
    if (random.chance(0.02))
      given["cookie"] = random.pick(["session_id=", "session_id=x; session_id=y", ";", "=", "x"]);
    while (random.chance(0.15)) {
      const name = random.pick(Object.keys(HEADERS));
      given[name] = random.pick(HEADERS[name] ?? [""]);
    }
    return given;
  }

  function fieldsOf(operation: Operation | undefined): string[] {
    const [content] = Object.values(operation?.requestBody?.content ?? {});
    return Object.keys(content?.schema.properties ?? {});
  }

  function aBody({ operation }: Target, known: Knowledge) {
    const names = fieldsOf(operation).filter(() => random.chance(0.95));
    if (random.chance(0.02)) names.push(random.pick(["x", "__proto__", "constructor", "user_id"]));
    const isJson = random.chance(0.4);
    const type = isJson ? "application/json" : "application/x-www-form-urlencoded";
    const pairs = names.map((name) => [name, aValue(name, known)] as const);
    if (!isJson) {
      const wellFormed = pairs.map(([name, value]): [string, string] => [
        name,
        value.toWellFormed(),
      ]);
      return { type, body: String(new URLSearchParams(wellFormed)) };
    }
    const members = pairs.map(([name, value]) => {
      const given = random.chance(0.03) ? random.pick(HOSTILE_VALUES) : value;
      return `${JSON.stringify(name)}:${JSON.stringify(given)}`;
    });
    return { type, body: `{${members.join(",")}}` };
  }

  return (known) => {
    const target = aTarget();
    const given = headers(known);
    const base = { method: target.method, target: aPath(target, known), headers: given };
    const hasBody = target.operation?.requestBody !== undefined || random.chance(0.03);
    if (!hasBody || target.method === "GET" || target.method === "HEAD")
      return { ...base, body: undefined, isChunked: false };
    const { type, body } = random.chance(0.05)
      ? { type: random.pick(CONTENT_TYPES), body: random.pick(HOSTILE_BODIES) }
      : aBody(target, known);
    given["content-type"] = random.chance(0.03) ? random.pick(CONTENT_TYPES) : type;
    return { ...base, body, isChunked: random.chance(0.1) };
  };
}
