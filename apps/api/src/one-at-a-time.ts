import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Maximum number of requests that wait on one connection. One more closes it. */
const MAX_WAITING = 64;

type Serve = () => void;

/**
 * Answers the pipelined requests of a connection one at a time. Node would start them all at once
 * and keep every answer until the client reads: one connection could stall the others, and a few
 * that never read could fill the memory. While requests wait, nothing more is read.
 */
export function oneAtATime(listener: RequestListener): {
  readonly listener: RequestListener;
  /** Returns whether a request of this connection is being answered. */
  readonly isBusy: (socket: Socket) => boolean;
} {
  const waitingOf = new WeakMap<Socket, Serve[]>();

  function serve(request: IncomingMessage, response: ServerResponse, waiting: Serve[]): void {
    const { socket } = request;
    response.once("close", () => {
      if (socket.destroyed || !socket.writable) return; // it ends with this answer
      const next = waiting.shift();
      if (!next) waitingOf.delete(socket);
      if (waiting.length === 0) socket.resume();
      next?.();
    });
    listener(request, response);
  }

  const listen: RequestListener = (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return; // requests that were parsed before it was closed
    const waiting = waitingOf.get(socket);
    if (waiting) {
      if (waiting.length >= MAX_WAITING) socket.destroy();
      waiting.push(() => serve(request, response, waiting));
      socket.pause();
      return;
    }
    const none: Serve[] = [];
    waitingOf.set(socket, none);
    serve(request, response, none);
  };
  return { listener: listen, isBusy: (socket) => waitingOf.has(socket) };
}
