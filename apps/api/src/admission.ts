import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { InvalidEnvironment } from "@postern/process";
import type { Config } from "./config.ts";
import { isLocalCaller } from "./local-caller.ts";
import { hostnameOf, isLoopback, isUnforgeableHost } from "./loopback.ts";

type OpenService = Pick<Config, "host" | "policy" | "publicUrl" | "isOpenConfirmed">;

/**
 * Returns which requests are served. Open disclosure gives every reset token to every caller. So by
 * default only callers on this machine are served, whose requests came through no proxy: behind one
 * everybody seems to be on this machine. `POLICY_DISCLOSURE=open` lifts that, but a name that a
 * page could have rebound to loopback stays refused.
 */
export function admissionOf({ host, policy, publicUrl, isOpenConfirmed }: OpenService) {
  if (policy.disclosure === "closed") return undefined;
  if (!isOpenConfirmed)
    return (request: Request, bindings: unknown) => isLocalCaller(request, bindings, publicUrl);
  if (!isLoopback(host)) return undefined;
  return ({ headers }: Request) => isUnforgeableHost(headers.get("host") ?? "", publicUrl);
}

/** Throws if people reach an open service from elsewhere and the operator has not confirmed it. */
export async function requireOwnPublicUrl(service: OpenService): Promise<void> {
  const { policy, publicUrl, isOpenConfirmed } = service;
  if (policy.disclosure === "closed" || isOpenConfirmed || publicUrl === undefined) return;
  const name = hostnameOf(new URL(publicUrl).host) ?? "";
  if (await isThisMachine(name)) return;
  throw new InvalidEnvironment([
    "PUBLIC_URL: leads to another machine, or to nothing, and open disclosure gives every reset " +
      "token to everybody; use POLICY=strict, or set POLICY_DISCLOSURE=open to confirm",
  ]);
}

/** Returns whether a name or an address belongs to this machine only. */
async function isThisMachine(name: string): Promise<boolean> {
  if (isLoopback(name)) return true;
  const found = isIP(name) === 0 ? await lookup(name, { all: true }).catch(() => []) : [];
  const addresses = isIP(name) === 0 ? found.map(({ address }) => address) : [name];
  const own = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const isOwn = (address: string) =>
    isLoopback(address) ||
    ["0.0.0.0", "::"].includes(address) ||
    own.some((one) => one.address === address);
  return addresses.length > 0 && addresses.every(isOwn);
}
