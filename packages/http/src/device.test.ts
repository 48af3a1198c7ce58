import { describe, expect, it } from "vitest";
import { deviceOf } from "./device.ts";

describe("a device", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
      "Chrome on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      "Safari on iOS",
    ],
    ["curl/8.9.1", "an unknown device"],
    [undefined, "an unknown device"],
    ["", "an unknown device"],
  ])("%j is %s", (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device);
  });

  it.each([
    "Click http://evil.example to keep your account/1.0",
    "<script>alert(1)</script>",
    "a\r\nBcc: eve@example.com",
    "constructor",
    "__proto__/1",
    "x".repeat(100_000),
  ])("never contains personal text of the header: %j", (userAgent) => {
    expect(deviceOf(userAgent)).toMatch(
      /^(an unknown device|[A-Za-z .]{2,40}( on [A-Za-z ]{2,20})?)$/,
    );
    expect(deviceOf(userAgent)).not.toMatch(/evil|script|Bcc|proto/);
  });

  it("is told at once, however long the text is", () => {
    const before = performance.now();
    for (let turn = 0; turn < 100; turn += 1)
      deviceOf(`Mozilla/5.0 (${"; ".repeat(8_000)}) Firefox/1`);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
