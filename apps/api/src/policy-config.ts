import { coursePolicy, type Policy, strictPolicy } from "@postern/domain";
import { wholeNumber } from "@postern/process";
import { z } from "zod";

const TEN_YEARS_SECONDS = 315_360_000;
const seconds = wholeNumber(1, TEN_YEARS_SECONDS).optional();

/** A whole policy by name, and each of its values by its own. */
export const policyEnvironment = {
  POLICY: z.enum(["course", "strict"]).optional(),
  POLICY_DISCLOSURE: z.enum(["open", "closed"]).optional(),
  POLICY_PASSWORD_MIN: wholeNumber(1, 64).optional(),
  POLICY_PASSWORD_REFUSE_EMAIL: z.stringbool().optional(),
  POLICY_SESSION_IDLE_SECONDS: seconds,
  POLICY_SESSION_ABSOLUTE_SECONDS: seconds,
  POLICY_RESET_TOKEN_SECONDS: seconds,
  POLICY_COOKIE_NAME: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, "must be a cookie's name")
    .optional(),
  POLICY_COOKIE_SECURE: z.stringbool().optional(),
};

type PolicyEnvironment = z.infer<z.ZodObject<typeof policyEnvironment>>;

export function toPolicy(env: PolicyEnvironment, byDefault: Policy["name"]): Policy {
  const base = (env.POLICY ?? byDefault) === "course" ? coursePolicy : strictPolicy;
  const { password, session, recovery, cookie } = base;
  const idleMs = inMs(env.POLICY_SESSION_IDLE_SECONDS) ?? session.idleMs;
  return {
    name: base.name,
    disclosure: env.POLICY_DISCLOSURE ?? base.disclosure,
    password: {
      minCodePoints: env.POLICY_PASSWORD_MIN ?? password.minCodePoints,
      refuseEmail: env.POLICY_PASSWORD_REFUSE_EMAIL ?? password.refuseEmail,
    },
    session: {
      idleMs,
      absoluteMs: inMs(env.POLICY_SESSION_ABSOLUTE_SECONDS) ?? session.absoluteMs,
      // Written down less often than it expires, a session in use would seem idle.
      touchEveryMs: Math.min(session.touchEveryMs, idleMs / 10),
    },
    recovery: { tokenTtlMs: inMs(env.POLICY_RESET_TOKEN_SECONDS) ?? recovery.tokenTtlMs },
    cookie: {
      name: env.POLICY_COOKIE_NAME ?? cookie.name,
      secure: env.POLICY_COOKIE_SECURE ?? cookie.secure,
    },
  };
}

const inMs = (given: number | undefined) => (given === undefined ? undefined : given * 1000);

/** A misspelt setting would leave the safe one off, so a name that means nothing is a mistake. */
export function policyMistakes(env: Record<string, unknown>): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith("POLICY_") && !(name in policyEnvironment))
    .map((name) => `${name}: there is no such setting`);
}
