import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import { type ClientRequest, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { callbackify } from "node:util";
import type { Networks } from "./networks.ts";

/** Says that an endpoint's URL is malformed or its address forbidden. Retrying does not help. */
export class RefusedTarget extends Error {
  override readonly name = "RefusedTarget";
}

export interface WebhookResponse {
  readonly status: number;
  /** The wait that `Retry-After` asks for (RFC 9110 section 10.2.3). */
  readonly retryAfterMs: number | undefined;
  /** The start of the body, as text without control characters. */
  readonly firstBytes: string;
}

interface PostOptions {
  readonly networks: Networks;
  /** Time limit for name resolution, connection and response together. */
  readonly timeoutMs: number;
  /** Resolves a host name. Default: DNS. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

const MAX_EXCERPT_BYTES = 256;
/** Reading stops after this many bytes of the response's body. */
const MAX_BODY_BYTES = 16_384;
const MAX_URL_LENGTH = 2_048;

/**
 * Parses an endpoint's URL, and removes its fragment. Throws `RefusedTarget` if it is not http(s)
 * or contains credentials. It does not check addresses; `postWebhook` does.
 */
export function parseEndpointUrl(text: string): URL {
  const url = text.length <= MAX_URL_LENGTH ? URL.parse(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new RefusedTarget("not an http(s) URL");
  if (url.username || url.password)
    throw new RefusedTarget("a URL must not contain a user or password");
  url.hash = "";
  return url;
}

/** Returns the IP address in a URL, if it has one instead of a name. */
function literalOf({ hostname }: URL): string | undefined {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(literal) === 0 ? undefined : literal;
}

/** Throws `RefusedTarget` if a webhook may not be sent to this address of the URL's host. */
function requireReachable({ protocol }: URL, address: string, networks: Networks): void {
  const isPlain = protocol === "http:";
  if (isPlain ? networks.isAllowed(address) : networks.isReachable(address)) return;
  const why =
    isPlain && networks.isReachable(address)
      ? "plain http is not allowed to this address; use https"
      : "a private address is not allowed";
  throw new RefusedTarget(`${why} (${address})`);
}

/**
 * Throws `RefusedTarget` if nothing could be delivered to the URL, as things are now. A name
 * without an address is let through: it may have one when there is an event.
 */
export async function requireDeliverable(
  url: URL,
  networks: Networks,
  resolve: PostOptions["resolve"] = resolveByDns,
): Promise<void> {
  if (url.port === "0") throw new RefusedTarget("nothing listens at port 0");
  if (url.protocol === "http:" && !networks.allowsAny)
    throw new RefusedTarget("plain http is for allowed networks only; use https");
  const literal =
    literalOf(url) ?? (/(^|\.)localhost$/.test(url.hostname) ? "127.0.0.1" : undefined);
  const found = literal === undefined ? await resolve(url.hostname).catch(() => []) : [];
  const addresses = literal === undefined ? found.map(({ address }) => address) : [literal];
  for (const address of addresses) requireReachable(url, address, networks);
}

/**
 * Makes one POST. Checks every IP address of the host name, and connects only to a checked address,
 * which prevents SSRF and DNS rebinding. Follows no redirect: a 3xx is returned like every other
 * response. Plain `http:` is for allowed networks only. Throws `RefusedTarget` if an address is
 * forbidden, and another error if no response arrives in time.
 */
export async function postWebhook(
  target: string,
  { body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  { networks, timeoutMs, resolve = resolveByDns }: PostOptions,
): Promise<WebhookResponse> {
  const url = parseEndpointUrl(target);
  const assertReachable = (address: string) => requireReachable(url, address, networks);
  const literal = literalOf(url);
  if (literal !== undefined) assertReachable(literal); // Node calls no `lookup` for an IP address

  const guarded: LookupFunction = (name, options, callback) => {
    callbackify(resolve)(name, (error, addresses) => {
      try {
        if (error) throw error;
        if (addresses.length === 0) throw new RefusedTarget("the host name has no address");
        for (const { address } of addresses) assertReachable(address);
      } catch (refusal) {
        callback(refusal as Error, []);
        return;
      }
      const [first] = addresses;
      if (options.all) callback(null, [...addresses]);
      else callback(null, first?.address ?? "", first?.family);
    });
  };
  const send = url.protocol === "http:" ? requestHttp : requestHttps;
  const request = send(url, {
    method: "POST",
    agent: false, // a new connection, so that it uses the checked address
    lookup: guarded,
    headers: {
      ...headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "Postern",
    },
  });
  // A second line of defence: the address that the socket really connected to.
  request.on("socket", (socket: Socket) => {
    socket.once("connect", () => {
      try {
        assertReachable(socket.remoteAddress ?? "");
      } catch (error) {
        request.destroy(error as Error);
      }
    });
  });
  return await sendAndReceive(request, body, timeoutMs);
}

function sendAndReceive(
  request: ClientRequest,
  body: string,
  timeoutMs: number,
): Promise<WebhookResponse> {
  return new Promise((settle, reject) => {
    let finish: (() => void) | undefined;
    // If the status has arrived, it is the result, even if the body never ends.
    const late = setTimeout(() => {
      if (finish) finish();
      else request.destroy(new Error(`no response within ${timeoutMs} ms`));
    }, timeoutMs);
    request.on("error", (error) => {
      clearTimeout(late);
      if (finish) finish();
      else reject(error);
    });
    // `close` also comes without `response`, for example after 101. After `settle` it has no
    // effect.
    request.on("close", () => {
      clearTimeout(late);
      reject(new Error("the connection closed without a response"));
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      finish = () => {
        clearTimeout(late);
        const { statusCode: status = 0, headers } = response;
        const firstBytes = toPlainText(
          Buffer.concat(chunks).subarray(0, MAX_EXCERPT_BYTES).toString("utf8"),
        );
        settle({ status, retryAfterMs: parseRetryAfter(headers["retry-after"]), firstBytes });
        request.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_BODY_BYTES) finish?.();
      });
      response.on("end", finish);
      response.on("error", finish);
    });
    request.end(body);
  });
}

/** Replaces control and invalid characters, so that every store and terminal accepts the text. */
export const toPlainText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\ufffd]+/gu, " ")
    .trim();

/** Parses `Retry-After`, which holds seconds or an HTTP date. Returns milliseconds from now. */
function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const DNS_LIMITS = { timeout: 2_000, tries: 2 };

/**
 * Resolves over DNS, not with `dns.lookup`, which blocks one of libuv's few threads until the name
 * server answers. A few slow names would delay all other work.
 */
async function resolveByDns(name: string): Promise<readonly LookupAddress[]> {
  if (/(^|\.)localhost\.?$/i.test(name)) return [{ address: "127.0.0.1", family: 4 }]; // RFC 6761
  const resolver = new Resolver(DNS_LIMITS);
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer, index) =>
    answer.status === "fulfilled"
      ? answer.value.map((address) => ({ address, family: index === 0 ? 4 : 6 }))
      : [],
  );
  const [failure] = answers;
  if (addresses.length === 0 && failure.status === "rejected") throw failure.reason as Error;
  return addresses;
}
