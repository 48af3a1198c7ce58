import { coursePolicy, type Policy, type SessionRules, strictPolicy } from "@postern/domain";
import { wholeNumber } from "@postern/process";
import { z } from "zod";
import { limitEnvironment, toLimits } from "./limit-config.ts";

const TEN_YEARS_SECONDS = 315_360_000;
const seconds = wholeNumber(1, TEN_YEARS_SECONDS).optional();
const secondsOrZero = wholeNumber(0, TEN_YEARS_SECONDS).optional();
const yesOrNo = z.stringbool().optional();

/** The settings that select a policy and override its values. */
export const policyEnvironment = {
  POLICY: z.enum(["course", "strict"]).optional(),
  POLICY_DISCLOSURE: z.enum(["open", "closed"]).optional(),
  POLICY_PASSWORD_MIN: wholeNumber(1, 64).optional(),
  POLICY_PASSWORD_REFUSE_EMAIL: yesOrNo,
  POLICY_PASSWORD_REFUSE_COMMON: yesOrNo,
  POLICY_PASSWORD_CONTEXT_WORDS: z
    .string()
    .transform((text) => text.split(",").map((word) => word.trim().toLowerCase()))
    .refine(
      (words) => words.every((word) => word.length >= 4),
      "must be words of 4 letters or more",
    )
    .optional(),
  POLICY_REGISTRATION: z.enum(["open", "closed"]).optional(),
  POLICY_REGISTRATION_LOGS_IN: yesOrNo,
  POLICY_VERIFICATION_ON_REGISTRATION: yesOrNo,
  POLICY_VERIFICATION_REQUIRED: yesOrNo,
  POLICY_VERIFICATION_TOKEN_SECONDS: seconds,
  POLICY_UNVERIFIED_SECONDS: secondsOrZero,
  POLICY_SESSION_IDLE_SECONDS: seconds,
  POLICY_SESSION_ABSOLUTE_SECONDS: seconds,
  POLICY_REMEMBERED_IDLE_SECONDS: seconds,
  POLICY_REMEMBERED_ABSOLUTE_SECONDS: seconds,
  POLICY_REAUTHENTICATION_SECONDS: secondsOrZero,
  POLICY_RESET_TOKEN_SECONDS: seconds,
  POLICY_COOKIE_NAME: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, "must be a valid cookie name")
    .optional(),
  POLICY_COOKIE_SECURE: yesOrNo,
  COOKIE_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/, "must be a domain like example.com")
    .optional(),
  ...limitEnvironment,
};

type PolicyEnvironment = z.infer<z.ZodObject<typeof policyEnvironment>>;

/** Returns the policy that the environment selects, with its overrides. */
export function toPolicy(env: PolicyEnvironment, defaultName: Policy["name"]): Policy {
  const base = (env.POLICY ?? defaultName) === "course" ? coursePolicy : strictPolicy;
  const { password, verification, recovery } = base;
  const onRegistration =
    env.POLICY_VERIFICATION_ON_REGISTRATION ?? base.verification.onRegistration;
  return {
    name: base.name,
    disclosure: env.POLICY_DISCLOSURE ?? base.disclosure,
    password: {
      minCodePoints: env.POLICY_PASSWORD_MIN ?? password.minCodePoints,
      refuseEmail: env.POLICY_PASSWORD_REFUSE_EMAIL ?? password.refuseEmail,
      refuseCommon: env.POLICY_PASSWORD_REFUSE_COMMON ?? password.refuseCommon,
      contextWords: env.POLICY_PASSWORD_CONTEXT_WORDS ?? password.contextWords,
    },
    registration: {
      isOpen: env.POLICY_REGISTRATION
        ? env.POLICY_REGISTRATION === "open"
        : base.registration.isOpen,
      logsIn: env.POLICY_REGISTRATION_LOGS_IN ?? base.registration.logsIn,
    },
    verification: {
      onRegistration,
      isRequired: env.POLICY_VERIFICATION_REQUIRED ?? verification.isRequired,
      tokenTtlMs: toMs(env.POLICY_VERIFICATION_TOKEN_SECONDS) ?? verification.tokenTtlMs,
      unverifiedTtlMs: toUnverifiedTtl(base, onRegistration, env.POLICY_UNVERIFIED_SECONDS),
    },
    session: toRules(
      base.session,
      env.POLICY_SESSION_IDLE_SECONDS,
      env.POLICY_SESSION_ABSOLUTE_SECONDS,
    ),
    rememberedSession: toRules(
      base.rememberedSession,
      env.POLICY_REMEMBERED_IDLE_SECONDS,
      env.POLICY_REMEMBERED_ABSOLUTE_SECONDS,
    ),
    reauthentication: {
      freshMs: toMs(env.POLICY_REAUTHENTICATION_SECONDS) ?? base.reauthentication.freshMs,
    },
    recovery: { tokenTtlMs: toMs(env.POLICY_RESET_TOKEN_SECONDS) ?? recovery.tokenTtlMs },
    limits: toLimits(env, base.limits),
    cookie: toCookie(base, env),
  };
}

/** Returns the lifetime of unverified users. Without a mailed link there is no limit. */
function toUnverifiedTtl({ verification }: Policy, onRegistration: boolean, given?: number) {
  if (given !== undefined) return given === 0 ? undefined : toMs(given);
  return onRegistration ? verification.unverifiedTtlMs : undefined;
}

function toRules(base: SessionRules, idleSeconds?: number, absoluteSeconds?: number): SessionRules {
  const idleMs = toMs(idleSeconds) ?? base.idleMs;
  return {
    idleMs,
    absoluteMs: toMs(absoluteSeconds) ?? base.absoluteMs,
    // Touches must be more frequent than the idle time, or a session in use would expire.
    touchEveryMs: Math.min(base.touchEveryMs, idleMs / 10),
  };
}

function toCookie({ cookie }: Policy, env: PolicyEnvironment): Policy["cookie"] {
  const { COOKIE_DOMAIN: domain } = env;
  const secure = env.POLICY_COOKIE_SECURE ?? cookie.secure;
  // Browsers refuse a `__Host-` cookie that has a domain.
  const name = domain ? cookie.name.replace(/^__Host-/, "__Secure-") : cookie.name;
  return { name: env.POLICY_COOKIE_NAME ?? name, secure, domain };
}

const toMs = (given: number | undefined) => (given === undefined ? undefined : given * 1000);

/**
 * Returns an error for each unknown `POLICY_` or `LIMIT_` setting. A misspelt name would otherwise
 * be ignored, and its protection would stay off.
 */
export function policyMistakes(env: Record<string, unknown>): string[] {
  return Object.keys(env)
    .filter((name) => /^(POLICY|LIMIT)_/.test(name) && !(name in policyEnvironment))
    .map((name) => `${name}: unknown setting`);
}

const DAY_MS = 86_400_000;

/** What the policy must fit to. */
interface Surroundings {
  readonly publicUrl: string | undefined;
  readonly eventDays: number;
  readonly sendsMail: boolean;
}

/** Returns an error for each invalid combination of settings. */
export function policyContradictions(
  { disclosure, registration, verification, cookie, ...policy }: Policy,
  { publicUrl, eventDays, sendsMail }: Surroundings,
): string[] {
  const mistakes: string[] = [];
  const registrationMayReveal = disclosure === "closed" && registration.isOpen;
  if (registrationMayReveal && !verification.isRequired) {
    mistakes.push(
      "POLICY_VERIFICATION_REQUIRED: must be on with closed disclosure, because a log-in after a registration reveals that the address was unused; or set POLICY_REGISTRATION=closed",
    );
  }
  if (registration.isOpen && verification.isRequired && !verification.onRegistration) {
    mistakes.push(
      "POLICY_VERIFICATION_ON_REGISTRATION: must be on with POLICY_VERIFICATION_REQUIRED, or new users cannot log in",
    );
  }
  if (registrationMayReveal && !sendsMail) {
    mistakes.push(
      "MAIL: must not be off with closed disclosure, because new users verify their address by mail; or set POLICY_REGISTRATION=closed",
    );
  }
  if (registration.logsIn && disclosure === "closed") {
    mistakes.push(
      "POLICY_REGISTRATION_LOGS_IN: must be off with closed disclosure, because a session reveals that the address was unused",
    );
  }
  if (registration.logsIn && verification.isRequired) {
    mistakes.push("POLICY_REGISTRATION_LOGS_IN: must be off with POLICY_VERIFICATION_REQUIRED");
  }
  const { unverifiedTtlMs } = verification;
  if (unverifiedTtlMs !== undefined && !verification.onRegistration) {
    mistakes.push(
      "POLICY_UNVERIFIED_SECONDS: would delete users who never received a link; set POLICY_VERIFICATION_ON_REGISTRATION",
    );
  }
  if (unverifiedTtlMs !== undefined && unverifiedTtlMs < verification.tokenTtlMs) {
    mistakes.push(
      "POLICY_UNVERIFIED_SECONDS: must be at least POLICY_VERIFICATION_TOKEN_SECONDS, or users are deleted before their link expires",
    );
  }
  const longestMs = Math.max(policy.session.absoluteMs, policy.rememberedSession.absoluteMs);
  if (longestMs > eventDays * DAY_MS) {
    mistakes.push("EVENT_RETENTION_DAYS: must be at least the longest session lifetime");
  }
  if (/^__(Host|Secure)-/i.test(cookie.name) && !cookie.secure) {
    mistakes.push(
      "POLICY_COOKIE_NAME: browsers refuse this prefix on a cookie that is not Secure; set POLICY_COOKIE_SECURE",
    );
  }
  if (cookie.domain === undefined) return mistakes;
  if (/^__Host-/i.test(cookie.name)) {
    mistakes.push(
      "POLICY_COOKIE_NAME: browsers refuse __Host- on a cookie with a domain; use __Secure- or unset COOKIE_DOMAIN",
    );
  }
  const host = publicUrl && new URL(publicUrl).hostname;
  if (host !== cookie.domain && !host?.endsWith(`.${cookie.domain}`)) {
    mistakes.push("COOKIE_DOMAIN: must be the host of PUBLIC_URL, or a parent domain of it");
  }
  return mistakes;
}
