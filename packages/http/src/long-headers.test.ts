import { expect, it } from "vitest";
import { testApp } from "./app.fixture.ts";

/** Node takes at most 16 KiB of headers. */
const LENGTH = 15_000;
const TRIES = 5;
/** A short header takes less than a millisecond. What is not linear takes hundreds. */
const MAX_MS = 20;

const times = (text: string) => text.repeat(LENGTH / text.length);

const CONTENTS = {
  "1,000 cookies": times("name=text; ").slice(0, 11 * 1_000),
  "1,000 session cookies": times("session_id=text"),
  "white space": `a${times(" ")}x`,
  "white space in a cookie's name": `a${times(" ")}x=y`,
  "white space in a cookie's value": `session_id=a${times(" ")}x`,
  "tabs and spaces around signs": times(" \t;\t ="),
  semicolons: times(";"),
  "equals signs": times("="),
  commas: times(","),
  "commas and white space": times(", "),
  digits: `1${times("1")}x`,
  "dots and digits": times("1."),
  colons: times(":"),
  "colons and digits": times(":1"),
  brackets: times("["),
  parentheses: times("("),
  slashes: times("/"),
  quotes: times('"'),
  "percent signs": times("%"),
  "an encoded text": times("%20"),
  "a version": `Mozilla/5.0 ${times("(X; ")}`,
};

const NAMES = [
  "cookie",
  "content-type",
  "content-encoding",
  "accept",
  "user-agent",
  "host",
  "origin",
  "sec-fetch-site",
  "idempotency-key",
  "x-request-id",
  "x-forwarded-for",
];

/** Returns the shortest of several times, because other work on the machine makes them longer. */
async function shortestMs(act: () => Promise<unknown>): Promise<number> {
  let shortest = Infinity;
  for (let count = 0; count < TRIES; count += 1) {
    const startedAt = performance.now();
    await act();
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
}

it.each(NAMES)("a long %s takes no longer than 20 ms", async (name) => {
  const { app, logIn, register } = testApp({ corsOrigins: ["https://app.example.com"] });
  await register();
  const { cookie } = await logIn();
  const slow: string[] = [];
  for (const [what, value] of Object.entries(CONTENTS)) {
    const headers = { ...(name !== "cookie" && { cookie }), [name]: value };
    for (const [method, path] of [
      ["GET", "/profile"],
      ["POST", "/sessions"],
      ["GET", "/users/"],
    ] as const) {
      const body = method === "POST" ? "email=x&password=y" : undefined;
      const init = { method, headers, ...(body && { body }) };
      const took = await shortestMs(async () => await app.request(`http://localhost${path}`, init));
      if (took > MAX_MS) slow.push(`${method} ${path} with ${what}: ${took} ms`);
    }
  }
  expect(slow).toEqual([]);
});

it("a long path or query takes no longer than 20 ms", async () => {
  const { app } = testApp();
  const slow: string[] = [];
  for (const piece of [
    "%",
    "%ff",
    "/%ffa",
    "%zz/",
    "%25",
    "%2f",
    "&%",
    "&a=%ff",
    "=",
    "&",
    "+",
    "?",
  ])
    for (const start of ["/", "/users/", "/sessions/", "/email_verification?", "/health/ready?"]) {
      const path = start + times(piece);
      const took = await shortestMs(async () => await app.request(`http://localhost${path}`));
      if (took > MAX_MS) slow.push(`${start} ${piece}: ${took} ms`);
    }
  expect(slow).toEqual([]);
});
