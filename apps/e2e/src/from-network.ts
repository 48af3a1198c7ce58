import { request } from "node:http";

export interface Reply {
  readonly status: number;
  readonly ms: number;
  readonly cookies: readonly string[];
}

/** An address of this machine: all of 127/8 are. Each counts as a network of its own. */
export const networkOf = (index: number) =>
  `127.${1 + Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`;

interface Target {
  readonly origin: string;
  /** Sent as it is, without normalisation. */
  readonly path: string;
  readonly cookie?: string;
}

const PATIENCE_MS = 10_000;

/** Posts a form from a network, on a connection of its own. Waits ten seconds at most. */
export function postFrom(
  network: string,
  { origin, path, cookie = "" }: Target,
  form: Readonly<Record<string, string>>,
): Promise<Reply> {
  const { hostname: host, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sending = request(
      {
        host,
        port,
        localAddress: network,
        method: "POST",
        path,
        agent: false,
        timeout: PATIENCE_MS,
        headers: { "content-type": "application/x-www-form-urlencoded", cookie },
      },
      (response) => {
        response.resume();
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            ms: performance.now() - startedAt,
            cookies: (response.headers["set-cookie"] ?? []).map((one) => one.split(";")[0] ?? ""),
          }),
        );
      },
    );
    sending.once("timeout", () => sending.destroy(new Error("no answer")));
    sending.once("error", reject);
    sending.end(new URLSearchParams(form).toString());
  });
}

/** Calls `act` again and again in some lanes until it is stopped. Returns how to stop. */
export function endlessly(lanes: number, act: () => Promise<unknown>): () => Promise<void> {
  const stopping = new AbortController();
  const lane = async () => {
    while (!stopping.signal.aborted) await act().catch(() => undefined);
  };
  const all = Promise.all(Array.from({ length: lanes }, lane));
  return async () => {
    stopping.abort();
    await all;
  };
}
