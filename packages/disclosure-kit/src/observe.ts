/** One request of a stranger. */
export interface Step {
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** The fields of a form, for an address. */
  readonly fields: (email: string) => Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What anybody can see of one answer. */
export interface Observation {
  readonly step: string;
  readonly status: number;
  /** Names and values, without those that differ each time. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and attributes of the cookies. Their values are random. */
  readonly cookies: readonly string[];
  readonly body: string;
}

/** Headers that differ from one answer to the next, whatever is asked. */
const VOLATILE = new Set(["connection", "date", "keep-alive", "set-cookie", "x-request-id"]);

/**
 * Sends the steps one after the other for one address, as one client that keeps no cookies, and
 * returns what it sees. The address itself is replaced, so that two addresses can be compared.
 *
 * @example
 * const seen = await observe("http://127.0.0.1:5000", strangersSteps(), "bob@example.com");
 */
export async function observe(
  baseUrl: string,
  steps: readonly Step[],
  email: string,
): Promise<readonly Observation[]> {
  const seen: Observation[] = [];
  for (const { name, method, path, fields, headers } of steps) {
    const given = fields(email);
    const response = await fetch(baseUrl + path, {
      method,
      redirect: "manual",
      headers: { ...headers },
      ...(method !== "GET" && { body: new URLSearchParams(given) }),
    });
    const text = await response.text();
    seen.push({
      step: name,
      status: response.status,
      headers: Object.fromEntries(
        [...response.headers]
          .filter(([header]) => !VOLATILE.has(header))
          .map(([header, value]) => [header, header === "content-length" ? "…" : value]),
      ),
      cookies: response.headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]*/, "=…")),
      body: text.replaceAll(email, "<address>"),
    });
  }
  return seen;
}
