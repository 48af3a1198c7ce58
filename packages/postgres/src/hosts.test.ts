import { expect, it } from "vitest";
import { urlsOfHosts, wantedServer } from "./hosts.ts";

it.each([
  ["postgres://u:p@a/db", ["postgres://u:p@a/db"]],
  ["postgres://u:p@a:1,b:2/db?x=y", ["postgres://u:p@a:1/db?x=y", "postgres://u:p@b:2/db?x=y"]],
  ["postgres://a,[::1]:2/db", ["postgres://a/db", "postgres://[::1]:2/db"]],
  ["postgres://u:p,q@a/db", ["postgres://u:p,q@a/db"]],
  [
    "postgres://u@/db?host=a,b&port=1,2",
    ["postgres://u@/db?host=a&port=1", "postgres://u@/db?host=b&port=2"],
  ],
  [
    "postgres://u@/db?host=a,b&port=1",
    ["postgres://u@/db?host=a&port=1", "postgres://u@/db?host=b&port=1"],
  ],
  [
    "postgres://u@/db?host=a,b&password=x%3Fy?z&sslmode=require",
    [
      "postgres://u@/db?host=a&password=x?y?z&sslmode=require",
      "postgres://u@/db?host=b&password=x?y?z&sslmode=require",
    ],
  ],
  [
    "postgres://u@/db?host=/run/a,/run/b",
    ["postgres://u@/db?host=/run/a", "postgres://u@/db?host=/run/b"],
  ],
])("reads the hosts of %s", (url, urls) => {
  expect(urlsOfHosts(url).map(decodeURIComponent)).toEqual(urls);
});

it.each([
  ["postgres://u@a,b/db?port=1,2", "names its hosts twice"],
  ["postgres://u@a,b/db?host=c", "names its hosts twice"],
  ["postgres://u@/db?host=a&port=1,2", "another number of ports"],
  ["postgres://u@/db?host=a,b,c&port=1,2", "another number of ports"],
  ["postgres://u@/db?host=a,b&port=5x", "a port that is not a number"],
])("refuses %s", (url, reason) => {
  expect(() => urlsOfHosts(url)).toThrow(`DATABASE_URL: `);
  expect(() => urlsOfHosts(url)).toThrow(reason);
});

it.each([
  ["postgres://u@a/db", undefined],
  ["postgres://u@a/db?target_session_attrs=primary", "primary"],
  ["postgres://u@a/db?x=y&target_session_attrs=read%2Dwrite", "read-write"],
])("%s asks for the server %s", (url, wanted) => {
  expect(wantedServer(url)).toBe(wanted);
});
