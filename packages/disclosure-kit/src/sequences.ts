import type { Step } from "./observe.ts";

const form = (fields: Readonly<Record<string, string>>) => (email: string) => ({
  email,
  ...fields,
});

/**
 * Every request of Postern's API that takes an address and needs no session. The stranger always
 * uses the same password, as a person who tries to find out whether a registration took effect.
 */
export const strangersSteps = (password = "seven green tortoises"): readonly Step[] => [
  { name: "register", method: "POST", path: "/users", fields: form({ password }) },
  { name: "log in", method: "POST", path: "/sessions", fields: form({ password }) },
  { name: "request a reset", method: "POST", path: "/reset_password", fields: form({}) },
  { name: "request a link", method: "POST", path: "/email_verification", fields: form({}) },
  {
    name: "reset",
    method: "PUT",
    path: "/reset_password",
    fields: form({ reset_token: "x".repeat(43), new_password: password }),
  },
];

/**
 * Returns every sequence of up to `length` steps, repetitions included: some services give the
 * answer only in a second request.
 */
export function sequences(steps: readonly Step[], length: number): readonly (readonly Step[])[] {
  if (length === 0) return [];
  const shorter = sequences(steps, length - 1);
  const longest = shorter.filter((sequence) => sequence.length === length - 1);
  const extended = (length === 1 ? [[]] : longest).flatMap((sequence) =>
    steps.map((step) => [...sequence, step]),
  );
  return [...shorter, ...extended];
}
