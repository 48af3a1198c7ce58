import { expect, it } from "vitest";
import { errorFields } from "./log.ts";

it("logs of an error what it says, and nothing that a driver hangs on it", () => {
  const driver = Object.assign(new Error("violates a constraint"), {
    code: "23502",
    detail: "Failing row contains (canary@example.com, canary).",
    parameters: ["canary"],
  });
  const fields = errorFields(new Error("could not write", { cause: driver }));
  expect(fields).toMatchObject({
    message: "could not write",
    cause: { message: "violates a constraint", code: "23502" },
  });
  expect(JSON.stringify(fields)).not.toContain("canary");
});
