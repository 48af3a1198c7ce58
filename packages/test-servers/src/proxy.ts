import { setTimeout as pause } from "node:timers/promises";
import { connect, createServer, type Socket } from "node:net";

/** What happens to the bytes: they pass, are held for ever, or the connection is cut. */
export type Verdict = "pass" | "hold" | "cut";

/** Receives the passing bytes as text. */
export interface Watch {
  /** Bytes of the client, before the server receives them. */
  readonly sent?: (text: string) => Verdict;
  /** Bytes of the server, before the client receives them, with the client's last bytes. */
  readonly answered?: (sent: string, answer: string) => Verdict;
}

/** A proxy to a server on loopback. It can cut connections or go silent. */
export interface Proxy {
  readonly port: number;
  /** Cuts every connection. */
  cut(): void;
  /** Swallows the bytes of existing connections and leaves them open. New connections work. */
  swallow(): void;
  /** Cuts every connection and accepts none, until it is told otherwise. */
  refuse(isRefusing: boolean): void;
  /**
   * Swallows the bytes of every connection, also of new ones, until it is told otherwise. The
   * connections of that time stay silent, as behind a firewall that has forgotten them.
   */
  blackHole(isSilent: boolean): void;
  /** Passes every byte on after this time, in each direction. */
  delay(ms: number): void;
  close(): Promise<void>;
}

export async function startProxy(targetPort: number, watch: Watch = {}): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let refuses = false;
  let isSilent = false;
  let delayMs = 0;
  const server = createServer((incoming) => {
    if (refuses) {
      incoming.resetAndDestroy();
      return;
    }
    if (isSilent) {
      sockets.add(incoming);
      incoming.on("close", () => sockets.delete(incoming));
      incoming.on("error", () => undefined); // its close follows
      incoming.resume();
      return;
    }
    const outgoing = connect(targetPort, "127.0.0.1");
    let lastSent = "";
    let isHeld = false;
    const judge = (verdict: Verdict = "pass") => {
      isHeld ||= verdict === "hold";
      if (verdict === "cut") incoming.resetAndDestroy();
      return verdict === "pass" && !isHeld;
    };
    const passes = (socket: Socket, bytes: Buffer) => {
      if (isHeld) return false;
      if (socket === outgoing) {
        return judge(watch.answered?.(lastSent, bytes.toString("latin1")));
      }
      lastSent = bytes.toString("latin1");
      return judge(watch.sent?.(lastSent));
    };
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      let waiting = 0;
      let last = Promise.resolve();
      const passOn = async (before: Promise<void>, dueAt: number, bytes: Buffer) => {
        await before;
        await pause(Math.max(0, dueAt - performance.now()));
        other.write(bytes);
        waiting -= 1;
      };
      socket.on("data", (bytes) => {
        if (!passes(socket, bytes)) return;
        if (delayMs === 0 && waiting === 0) {
          other.write(bytes);
          return;
        }
        // One after the other: no network delivers the bytes of a connection in another order.
        waiting += 1;
        const dueAt = performance.now() + delayMs;
        last = passOn(last, dueAt, bytes);
      });
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("error", () => undefined); // its close follows
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP address");
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const swallow = () => {
    for (const socket of sockets) {
      socket.removeAllListeners("data");
      socket.resume();
    }
  };
  return {
    port: address.port,
    cut,
    swallow,
    blackHole(silent) {
      isSilent = silent;
      if (silent) swallow();
    },
    delay(ms) {
      delayMs = ms;
    },
    refuse(isRefusing) {
      refuses = isRefusing;
      if (refuses) cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
