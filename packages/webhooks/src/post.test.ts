import { type AddressInfo, createServer } from "node:net";
import { startHttpReceiver } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { networks } from "./networks.ts";
import { postWebhook } from "./post.ts";

const LOOPBACK = networks(["127.0.0.0/8", "::1/128"]);
const message = { body: '{"a":1}', headers: { "webhook-id": "1" } };
const post = (url: string, given: Partial<Parameters<typeof postWebhook>[2]> = {}) =>
  postWebhook(url, message, { networks: networks(), timeoutMs: 2_000, ...given });

/** URLs that lead inside, in every spelling that has fooled parsers and resolvers. */
const FORBIDDEN = (port: number) => [
  `http://127.0.0.1:${port}/`,
  `https://127.0.0.1:${port}/`,
  `http://127.1:${port}/`,
  `http://127.0.1:${port}/`,
  `http://127.255.255.254:${port}/`,
  `http://2130706433:${port}/`,
  `http://0x7f000001:${port}/`,
  `http://0x7f.0.0.1:${port}/`,
  `http://0177.0.0.1:${port}/`,
  `http://017700000001:${port}/`,
  `http://127.0.0.1.:${port}/`,
  `http://①②⑦.⓪.⓪.①:${port}/`,
  `http://127。0。0。1:${port}/`,
  `http://%31%32%37.0.0.1:${port}/`,
  `http://0:${port}/`,
  `http://0.0.0.0:${port}/`,
  `http://[::]:${port}/`,
  `http://[::1]:${port}/`,
  `http://[0:0:0:0:0:0:0:1]:${port}/`,
  `http://[::ffff:127.0.0.1]:${port}/`,
  `http://[::ffff:7f00:1]:${port}/`,
  `http://[0:0:0:0:0:ffff:7f00:0001]:${port}/`,
  `http://[::127.0.0.1]:${port}/`,
  `http://[64:ff9b::127.0.0.1]:${port}/`,
  `http://[64:ff9b:1::7f00:1]:${port}/`,
  `http://[2002:7f00:1::]:${port}/`,
  `http://[2001:0:7f00:1::]:${port}/`,
  `http://[fe80::1]:${port}/`,
  `http://[fc00::1]:${port}/`,
  `http://[fd00:ec2::254]:${port}/`,
  `http://[fec0::1]:${port}/`,
  `http://[ff02::1]:${port}/`,
  `http://[2001:db8::1]:${port}/`,
  `http://10.0.0.1:${port}/`,
  `http://172.16.0.1:${port}/`,
  `http://172.31.255.255:${port}/`,
  `http://192.168.1.1:${port}/`,
  "http://169.254.169.254/latest/meta-data/",
  `http://100.64.0.1:${port}/`,
  `http://198.18.0.1:${port}/`,
  `http://192.0.0.1:${port}/`,
  `http://224.0.0.1:${port}/`,
  `http://255.255.255.255:${port}/`,
  `http://localhost:${port}/`,
  `https://localhost:${port}/`,
  `http://LOCALHOST.:${port}/`,
  `http://user:pass@127.0.0.1:${port}/`,
  `http://example.com@127.0.0.1:${port}/`,
  `http://127.0.0.1\\@example.com:${port}/`,
  `ftp://127.0.0.1:${port}/`,
  "file:///etc/passwd",
  "data:text/plain,hello",
  "javascript:alert(1)",
  "gopher://127.0.0.1:6379/_FLUSHALL",
  "//127.0.0.1/",
  "",
  `http://127.0.0.1:${port}/${"x".repeat(3_000)}`,
];

/** A server that answers every connection with these bytes, and then ends it. */
async function startRaw(bytes: string) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}/`, close };
}

describe("a forged request", () => {
  it("reaches no private address, however its URL is written", async () => {
    const canary = await startHttpReceiver(() => ({}), "0.0.0.0");
    const port = Number(new URL(canary.url).port);
    const urls = FORBIDDEN(port);
    expect(urls.length).toBeGreaterThanOrEqual(40);
    for (const url of urls) await expect(post(url)).rejects.toThrow();
    expect(canary.connections()).toBe(0);
    // The positive control: with the network allowed, the same request arrives.
    await post(`http://127.0.0.1:${port}/`, { networks: LOOPBACK });
    expect(canary.connections()).toBe(1);
    await canary.close();
  });

  it("reaches no private address over IPv6 either", async () => {
    const canary = await startHttpReceiver(() => ({}), "::1");
    await expect(post(`${canary.url}/`)).rejects.toThrow("a private address is not allowed (::1)");
    expect(canary.connections()).toBe(0);
    await post(canary.url, { networks: LOOPBACK });
    expect(canary.connections()).toBe(1);
    await canary.close();
  });

  it.each([
    ["a private address", [{ address: "127.0.0.1", family: 4 }]],
    [
      "a public address and a private one",
      [
        { address: "93.184.215.14", family: 4 },
        { address: "127.0.0.1", family: 4 },
      ],
    ],
    ["a mapped address", [{ address: "::ffff:127.0.0.1", family: 6 }]],
    ["an address with a zone", [{ address: "fe80::1%lo", family: 6 }]],
    ["no address", []],
  ])("reaches no private address by a name that has %s", async (_, addresses) => {
    const canary = await startHttpReceiver();
    const { port } = new URL(canary.url);
    const resolve = async () => addresses;
    for (const scheme of ["http", "https"]) {
      await expect(post(`${scheme}://rebind.example:${port}/`, { resolve })).rejects.toThrow();
    }
    expect(canary.connections()).toBe(0);
    await canary.close();
  });

  it("connects to the checked address, even if the name resolves differently a moment later", async () => {
    const canary = await startHttpReceiver();
    const { port } = new URL(canary.url);
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? "127.0.0.2" : "127.0.0.1", family: 4 }];
    };
    const options = { resolve, networks: networks(["127.0.0.2/32"]) };
    await expect(post(`http://rebind.example:${port}/`, options)).rejects.toThrow("ECONNREFUSED");
    expect(asked).toBe(1);
    expect(canary.connections()).toBe(0);
    await canary.close();
  });

  it("does not go on to where a redirect points", async () => {
    const canary = await startHttpReceiver();
    const redirecting = await startHttpReceiver(() => ({
      status: 302,
      headers: { location: canary.url },
    }));
    expect(await post(redirecting.url, { networks: LOOPBACK })).toMatchObject({ status: 302 });
    expect(canary.connections()).toBe(0);
    await Promise.all([canary.close(), redirecting.close()]);
  });
});

describe("an attempt", () => {
  const reach = { networks: LOOPBACK };

  it("posts the body and the headers, and tells how the answer began", async () => {
    const body = `\u0000\u001b[31mthanks\u202e ${"x".repeat(1_000)}`;
    const receiver = await startHttpReceiver(() => ({ status: 200, body }));
    const answer = await post(`${receiver.url}/hook?a=b#c`, reach);
    expect(answer.status).toBe(200);
    expect(answer.firstBytes).toMatch(/^\[31mthanks {2}x+$/);
    expect(answer.firstBytes.length).toBeLessThanOrEqual(256);
    expect(receiver.received[0]).toMatchObject({
      path: "/hook?a=b",
      body: message.body,
      headers: { "content-type": "application/json", "webhook-id": "1", "content-length": "7" },
    });
    await receiver.close();
  });

  it.each([
    ["120", 120_000, 120_000],
    [new Date(Date.now() + 60_000).toUTCString(), 57_000, 61_000],
    [new Date(0).toUTCString(), 0, 0],
    ["soon", undefined, undefined],
    ["-5", 0, 0], // V8 reads it as a date, long past
  ])("reads Retry-After: %s", async (header, least, most) => {
    const receiver = await startHttpReceiver(() => ({
      status: 503,
      headers: { "retry-after": header },
    }));
    const { retryAfterMs } = await post(receiver.url, reach);
    if (least === undefined) expect(retryAfterMs).toBeUndefined();
    else {
      expect(retryAfterMs).toBeGreaterThanOrEqual(least);
      expect(retryAfterMs).toBeLessThanOrEqual(most ?? 0);
    }
    await receiver.close();
  });

  it("fails on silence, but returns an answer with an endless body, cut off", async () => {
    const silent = await startHttpReceiver(() => ({ status: "hang" }));
    await expect(post(silent.url, { ...reach, timeoutMs: 200 })).rejects.toThrow(
      "no response within 200 ms",
    );
    const endless = await startHttpReceiver(() => ({ body: "x".repeat(50_000_000), status: 200 }));
    const answer = await post(endless.url, reach);
    expect(answer).toMatchObject({ status: 200, firstBytes: "x".repeat(256) });
    await Promise.all([silent.close(), endless.close()]);
  });

  it.each([
    ["changes the protocol", "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"],
    ["is no HTTP", "SSH-2.0-OpenSSH\r\n"],
    ["breaks off", "HTTP/1.1 2"],
    ["is only an interim response", "HTTP/1.1 100 Continue\r\n\r\n"],
  ])("fails in time when what comes back %s", async (_, bytes) => {
    const server = await startRaw(bytes);
    const before = performance.now();
    await expect(post(server.url, { ...reach, timeoutMs: 500 })).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(1_500);
    await server.close();
  });

  it("takes an answer that is followed by more bytes than its Content-Length says", async () => {
    const server = await startRaw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more");
    expect(await post(server.url, reach)).toMatchObject({ status: 200 });
    await server.close();
  });

  it("wants https for public addresses", async () => {
    const resolve = async () => [{ address: "203.0.114.1", family: 4 }];
    await expect(post("http://public.example/", { resolve })).rejects.toThrow(
      "plain http is not allowed",
    );
  });
});
