import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Time for a client to read its answer before its connection is cut. */
const LINGER_MS = 1_000;

/**
 * Ends a connection, and reads for a moment what the client still sends. If it were closed while
 * bytes arrive, the client's system could drop the answer (RFC 9112 section 9.6).
 */
export function endGently(socket: Duplex, bytes?: string): void {
  socket.end(bytes);
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(cut));
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/**
 * Says `Connection: close` with an answer that comes before the end of its request's body, and ends
 * the connection. Nobody could tell the rest of the body from the next request. A body that was too
 * large counts as unread.
 */
export function closeAfterUnreadBody(request: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(request)) return;
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    if (!request.readableEnded || args[0] === 413) {
      response.setHeader("connection", "close");
      const { socket } = request;
      let isEnding = false;
      socket.destroySoon = () => {
        if (!isEnding) endGently(socket); // what Node does after the answer, but gently
        isEnding = true;
      };
    }
    return writeHead(...args);
  };
}
