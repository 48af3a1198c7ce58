import type { Limit, LimitRules } from "@postern/domain";
import { wholeNumber } from "@postern/process";
import { z } from "zod";

const MOST_PLACES = 10_000_000;
const DAY_SECONDS = 86_400;

/** `<places>/<seconds>`. */
const limit = z
  .string()
  .regex(/^[1-9]\d{0,7}\/[1-9]\d{0,4}$/, "must be like 50/900: attempts, a slash, and seconds")
  .transform((text): Limit => {
    const [places = 0, windowSeconds = 0] = text.split("/").map(Number);
    return { places, windowSeconds };
  })
  .refine(
    ({ places, windowSeconds }) => places <= MOST_PLACES && windowSeconds <= DAY_SECONDS,
    "must be at most 10000000 attempts, in at most 86400 seconds",
  )
  .optional();

/** The settings that override the limits of the policy. */
export const limitEnvironment = {
  LIMIT_LOG_IN_NETWORK: limit,
  LIMIT_LOG_IN_PAIR: limit, // of an account and a network
  LIMIT_LOG_IN_ACCOUNT: limit,
  LIMIT_LOG_IN_DEVICE: limit,
  LIMIT_CURRENT_PASSWORD: limit,
  LIMIT_FAILURES: wholeNumber(1, MOST_PLACES).optional(),
  LIMIT_REGISTRATION_NETWORK: limit,
  LIMIT_MAIL_NETWORK: limit,
  LIMIT_MAIL_SPACING: limit,
  LIMIT_MAIL_ADDRESS: limit,
  LIMIT_TOKEN_NETWORK: limit,
  LIMIT_EMAIL_CHANGE: limit,
  LIMIT_EXPORT_AT_ONCE: limit, // exports of one user
  // Whether a known device has a limit of its own.
  LIMIT_KNOWN_DEVICES: z.stringbool().optional(),
};

/** Returns the limits of the policy, with the overrides of the environment. */
export const toLimits = (
  env: z.infer<z.ZodObject<typeof limitEnvironment>>,
  base: LimitRules,
): LimitRules => ({
  logInNetwork: env.LIMIT_LOG_IN_NETWORK ?? base.logInNetwork,
  logInPair: env.LIMIT_LOG_IN_PAIR ?? base.logInPair,
  logInAccount: env.LIMIT_LOG_IN_ACCOUNT ?? base.logInAccount,
  logInDevice: env.LIMIT_LOG_IN_DEVICE ?? base.logInDevice,
  currentPassword: env.LIMIT_CURRENT_PASSWORD ?? base.currentPassword,
  failures: env.LIMIT_FAILURES ?? base.failures,
  registrationNetwork: env.LIMIT_REGISTRATION_NETWORK ?? base.registrationNetwork,
  mailNetwork: env.LIMIT_MAIL_NETWORK ?? base.mailNetwork,
  mailSpacing: env.LIMIT_MAIL_SPACING ?? base.mailSpacing,
  mailAddress: env.LIMIT_MAIL_ADDRESS ?? base.mailAddress,
  tokenNetwork: env.LIMIT_TOKEN_NETWORK ?? base.tokenNetwork,
  emailChange: env.LIMIT_EMAIL_CHANGE ?? base.emailChange,
  exportAtOnce: env.LIMIT_EXPORT_AT_ONCE ?? base.exportAtOnce,
  knowsDevices: env.LIMIT_KNOWN_DEVICES ?? base.knowsDevices,
});
