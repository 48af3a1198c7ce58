import type { ClusterNode, RedisOptions } from "ioredis";

/** Where Redis is, as `REDIS_URL` says. */
export type RedisAddress =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "single"; readonly options: Options }
  | { readonly kind: "cluster"; readonly nodes: ClusterNode[]; readonly options: Credentials };

type Credentials = Pick<RedisOptions, "username" | "password" | "tls">;
type Options = Omit<RedisOptions, "replyMapping">;

const MANY_HOSTS =
  /^(?<scheme>rediss?)\+(?<kind>sentinel|cluster):\/\/(?:(?<user>[^:@/]*):(?<password>[^@/]*)@)?(?<hosts>[^/?@]+)(?:\/(?<name>[^/?]*))?(?:\/(?<db>\d*))?(?:\?(?<query>.*))?$/;

const [REDIS_PORT, SENTINEL_PORT] = [6379, 26379];

/**
 * Reads one of these, with `rediss` for TLS:
 *
 *   redis://user:password@host:6379/0
 *   unix:///run/redis.sock?db=0
 *   redis+sentinel://user:password@sentinel-1:26379,sentinel-2:26379/name/0
 *   redis+cluster://user:password@node-1:6379,node-2:6379
 *
 * Sentinels that ask for a password of their own: `?sentinel_username=…&sentinel_password=…`.
 * Throws if it is none of them.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const many = MANY_HOSTS.exec(url)?.groups;
  if (!many && url.startsWith("unix:")) return { kind: "single", options: socketOptions(url) };
  if (!many) return { kind: "url", url };
  const { scheme, kind, user = "", password = "", hosts = "", name = "", db = "", query } = many;
  const isSecure = scheme === "rediss";
  const options = { ...credentials(user, password), ...(isSecure && { tls: {} }) };
  if (kind === "cluster") {
    if (name !== "" || db !== "") throw new Error("REDIS_URL: a cluster has no databases");
    return { kind: "cluster", nodes: addressesIn(hosts, REDIS_PORT), options };
  }
  if (name === "") throw new Error("REDIS_URL: name the primary after the sentinels: /name");
  const given = new URLSearchParams(query);
  return {
    kind: "single",
    options: {
      ...options,
      name: decodeURIComponent(name),
      db: Number(db),
      sentinels: addressesIn(hosts, SENTINEL_PORT),
      sentinelUsername: given.get("sentinel_username") ?? undefined,
      sentinelPassword: given.get("sentinel_password") ?? undefined,
      ...(isSecure && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
      // Without it, a client stays with a primary that was deposed while it was cut off.
      failoverDetector: true,
    },
  };
}

/** ioredis reads a URL of one host itself, but none of a socket. */
function socketOptions(url: string): Options {
  const { pathname, searchParams, username, password } = new URL(url);
  return {
    path: decodeURIComponent(pathname),
    db: Number(searchParams.get("db") ?? 0),
    ...credentials(username, password),
  };
}

const credentials = (username: string, password: string) => ({
  ...(username && { username: decodeURIComponent(username) }),
  ...(password && { password: decodeURIComponent(password) }),
});

/** `host`, `host:port` or `[IPv6]:port`, separated by commas. */
const addressesIn = (hosts: string, defaultPort: number) =>
  hosts.split(",").map((address) => {
    const [, bracketed, plain = "", port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(address) ?? [];
    const host = bracketed ?? plain;
    if (host === "") throw new Error("REDIS_URL: its hosts must be host:port, separated by commas");
    return { host, port: Number(port ?? defaultPort) };
  });
