/**
 * Splits a URL that names several hosts into one URL for each (PostgreSQL documentation, section
 * 34.1.1.3). Throws if the lists do not fit each other.
 */
export function urlsOfHosts(url: string): readonly string[] {
  const [, start = "", authority = "", rest = ""] =
    /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)([^#]*)/s.exec(url) ?? [];
  const at = rest.indexOf("?");
  const path = at === -1 ? rest : rest.slice(0, at);
  const parameters = new URLSearchParams(at === -1 ? "" : rest.slice(at + 1));
  const [hosts = [], ports = []] = ["host", "port"].map((name) => parameters.get(name)?.split(","));
  if (authority.includes(",")) {
    if (hosts.length + ports.length > 0) throw new Error("DATABASE_URL: names its hosts twice");
    return authority.split(",").map((host) => start + host + rest);
  }
  if (hosts.length < 2 && ports.length < 2) return [url];
  if (ports.length > 1 && ports.length !== hosts.length)
    throw new Error("DATABASE_URL: has another number of ports than of hosts");
  return hosts.map((host, index) => {
    const port = ports[index] ?? ports[0] ?? "";
    if (!/^\d*$/.test(port)) throw new Error("DATABASE_URL: has a port that is not a number");
    parameters.set("host", host);
    if (port !== "") parameters.set("port", port);
    return `${start}${authority}${path}?${parameters.toString()}`;
  });
}

/** Returns the kind of server that a URL asks for. */
export const wantedServer = (url: string): string | undefined =>
  new URLSearchParams(url.slice(url.indexOf("?") + 1)).get("target_session_attrs") ?? undefined;
