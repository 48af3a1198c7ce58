import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import { type ClientRequest, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { callbackify } from "node:util";
import type { Networks } from "./networks.ts";

/** An endpoint that must not be reached, or whose URL is malformed. Retrying does not help. */
export class RefusedTarget extends Error {
  override readonly name = "RefusedTarget";
}

export interface PostAnswer {
  readonly status: number;
  /** The wait that `Retry-After` asks for (RFC 9110 section 10.2.3). */
  readonly retryAfterMs: number | undefined;
  /** The start of the body, as text without control characters. */
  readonly firstBytes: string;
}

interface PostOptions {
  readonly networks: Networks;
  /** Time limit for name resolution, connection and answer together. */
  readonly withinMs: number;
  /** Default: DNS. Tests use names of their own. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

const KEPT_BYTES = 256;
/** No more of a longer body is read. */
const MOST_BYTES = 16_384;
const MAX_URL_LENGTH = 2_048;

/**
 * Returns the URL if events may be posted to it, as far as the URL itself tells. Throws
 * `RefusedTarget`.
 */
export function readEndpointUrl(text: string): URL {
  const url = text.length <= MAX_URL_LENGTH ? URL.parse(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new RefusedTarget("not an http(s) URL");
  if (url.username || url.password)
    throw new RefusedTarget("a URL must not contain a user or password");
  url.hash = "";
  return url;
}

/**
 * Makes one POST. Every address of the name is judged as a number, and the connection goes to a
 * judged address. Redirects are not followed: a redirect is an answer like any other. Plain `http:`
 * is for allowed networks only. Throws if there is no answer.
 */
export async function postWebhook(
  target: string,
  { body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  { networks, withinMs, resolve = resolveByDns }: PostOptions,
): Promise<PostAnswer> {
  const url = readEndpointUrl(target);
  const isPlain = url.protocol === "http:";
  const mayReach = isPlain ? networks.isAllowed : networks.isReachable;
  const judged = (address: string) => {
    if (mayReach(address)) return address;
    const why =
      isPlain && networks.isReachable(address) ? "https: is required" : "a private address";
    throw new RefusedTarget(`${why} (${address})`);
  };
  const literal = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(literal) !== 0) judged(literal); // then no name is resolved

  const guarded: LookupFunction = (name, options, callback) => {
    callbackify(resolve)(name, (error, addresses) => {
      try {
        if (error) throw error;
        if (addresses.length === 0) throw new RefusedTarget("the host name has no address");
        for (const { address } of addresses) judged(address);
      } catch (refusal) {
        callback(refusal as Error, []);
        return;
      }
      const [first] = addresses;
      if (options.all) callback(null, [...addresses]);
      else callback(null, first?.address ?? "", first?.family);
    });
  };
  const send = isPlain ? requestHttp : requestHttps;
  const request = send(url, {
    method: "POST",
    agent: false, // a connection of its own, so that it uses the judged address
    lookup: guarded,
    headers: {
      ...headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "Postern",
    },
  });
  request.on("socket", (socket: Socket) => {
    socket.once("connect", () => {
      try {
        judged(socket.remoteAddress ?? "");
      } catch (error) {
        request.destroy(error as Error);
      }
    });
  });
  return await answerTo(request, body, withinMs);
}

function answerTo(request: ClientRequest, body: string, withinMs: number): Promise<PostAnswer> {
  return new Promise((settle, reject) => {
    let finish: (() => void) | undefined;
    // The status is the answer, even if the body never ends.
    const late = setTimeout(() => {
      if (finish) finish();
      else request.destroy(new Error(`no answer within ${withinMs} ms`));
    }, withinMs);
    request.on("error", (error) => {
      clearTimeout(late);
      if (finish) finish();
      else reject(error);
    });
    // Also after a message that is not an answer, such as a change of protocols: no more follows.
    request.on("close", () => {
      clearTimeout(late);
      reject(new Error("the connection ended without an answer"));
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      finish = () => {
        clearTimeout(late);
        const { statusCode: status = 0, headers } = response;
        const firstBytes = toPlainText(
          Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString("utf8"),
        );
        settle({ status, retryAfterMs: readRetryAfter(headers["retry-after"]), firstBytes });
        request.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MOST_BYTES) finish?.();
      });
      response.on("end", finish);
      response.on("error", finish);
    });
    request.end(body);
  });
}

/** Text that every store and terminal accepts. */
export const toPlainText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\ufffd]+/gu, " ")
    .trim();

/** Seconds, or a date. */
function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const DNS_LIMITS = { timeout: 2_000, tries: 2 };

/**
 * Uses DNS, not the system's resolver: that blocks one of libuv's few threads while a name server
 * does not answer, so a few such names would delay everything else.
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
