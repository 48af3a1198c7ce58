import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { endGently } from "./connection-end.ts";

type Headers = Readonly<Record<string, string>>;

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "request arrived too slowly"],
  HPE_HEADER_OVERFLOW: [431, "request headers too large"],
};

const bodyOf = (message: string) => JSON.stringify({ message });

/** Answers to requests that the app never receives. */
interface ClientErrors {
  /** Answers bytes that are not HTTP or arrive too slowly, and ends the connection. */
  refuse(code: string, socket: Socket): void;
  expectationFailed(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a request that has no valid URL: an invalid Host header, or `OPTIONS *`. */
  readonly badRequest: () => Response;
  /**
   * Answers HTTP/1.1 without a `Host`, and two of them (RFC 9112 section 3.2). Returns whether it
   * did.
   */
  refuseForHost(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Makes these answers, with the headers that all others have. */
export function clientErrors(securityHeaders: Headers): ClientErrors {
  const headers = { ...securityHeaders, "content-type": "application/json" };
  return {
    refuse(code, socket) {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      const [status, message] = CLIENT_ERRORS[code] ?? [400, "malformed request"];
      const body = bodyOf(message);
      const all = { ...headers, "content-length": body.length, connection: "close" };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      endGently(
        socket,
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`,
      );
    },

    expectationFailed(_, response) {
      response.writeHead(417, headers).end(bodyOf("only the expectation 100-continue is known"));
    },

    badRequest: () => new Response(bodyOf("malformed request"), { status: 400, headers }),

    refuseForHost(request, response) {
      const hosts = hostsOf(request);
      if (hosts === 1 || (hosts === 0 && request.httpVersion === "1.0")) return false;
      const message = hosts === 0 ? "the Host header is missing" : "more than one Host header";
      response.writeHead(400, { ...headers, connection: "close" }).end(bodyOf(message));
      return true;
    },
  };
}

/** Counts the Host headers. Node's own `headers` would show the first one only. */
function hostsOf({ rawHeaders }: IncomingMessage): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts;
}
