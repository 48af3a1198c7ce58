import { describe, expect, it } from "vitest";
import { parseRedisUrl } from "./redis-url.ts";

describe("REDIS_URL", () => {
  it("of one server is left to ioredis, and a socket is not", () => {
    const url = "rediss://user:pass@cache:6380/2";
    expect(parseRedisUrl(url)).toEqual({ kind: "url", url });
    expect(parseRedisUrl("unix:///run/redis.sock?db=3")).toEqual({
      kind: "single",
      options: { path: "/run/redis.sock", db: 3 },
    });
  });

  it("names sentinels, and the primary that they watch", () => {
    expect(
      parseRedisUrl(
        "redis+sentinel://u:p%40w@s-1:26380,[::1]:26381,s-3/main/1?sentinel_password=x",
      ),
    ).toMatchObject({
      kind: "single",
      options: {
        sentinels: [
          { host: "s-1", port: 26380 },
          { host: "::1", port: 26381 },
          { host: "s-3", port: 26379 },
        ],
        name: "main",
        db: 1,
        username: "u",
        password: "p@w",
        sentinelPassword: "x",
        failoverDetector: true,
      },
    });
    expect(parseRedisUrl("rediss+sentinel://s-1/main")).toMatchObject({
      options: { tls: {}, enableTLSForSentinelMode: true, db: 0 },
    });
  });

  it("names nodes of a cluster, which has no databases", () => {
    expect(parseRedisUrl("rediss+cluster://:secret@n-1:7000,n-2")).toEqual({
      kind: "cluster",
      nodes: [
        { host: "n-1", port: 7000 },
        { host: "n-2", port: 6379 },
      ],
      options: { password: "secret", tls: {} },
    });
    expect(() => parseRedisUrl("redis+cluster://n-1/0")).toThrow("no databases");
    expect(() => parseRedisUrl("redis+sentinel://s-1")).toThrow("name the primary");
    expect(() => parseRedisUrl("redis+cluster://n-1:x")).toThrow("host:port");
  });
});
