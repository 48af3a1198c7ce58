import { strictPolicy } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { expect, it } from "vitest";
import { createApp } from "./app.ts";

const BOB = new URLSearchParams({ email: "bob@example.com", password: "seven green tortoises" });

it("two installations on one host have cookies of two names, those of devices included", async () => {
  const names: string[] = [];
  for (const name of ["__Host-session_id", "__Host-other"]) {
    const { cookie, verification, registration } = strictPolicy;
    const policy = {
      ...strictPolicy,
      disclosure: "open" as const,
      registration: { ...registration },
      verification: { ...verification, isRequired: false, onRegistration: false },
      cookie: { ...cookie, name },
    };
    const { request } = createApp({ ports: memoryPorts({ policy }) });
    await request("/users", { method: "POST", body: BOB });
    const response = await request("/sessions", { method: "POST", body: BOB });
    names.push(...response.headers.getSetCookie().map((line) => line.split("=")[0] ?? ""));
  }
  expect(names).toEqual([
    "__Host-session_id",
    "__Host-known_devices",
    "__Host-other",
    "__Host-known_devices_other",
  ]);
});
