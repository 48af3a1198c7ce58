export { SessionsPending } from "./after-commit.ts";
export { createUser, hashNewPassword } from "./administration/create-user.ts";
export { deleteUser } from "./administration/delete-user.ts";
export { disableUser, enableUser } from "./administration/disable-user.ts";
export { endSessions } from "./administration/end-sessions.ts";
export { verifyUser } from "./administration/verify-user.ts";
export type { Brand } from "./brand.ts";
export type { Clock } from "./clock.ts";
export type { Email, EmailKey } from "./email.ts";
export { parseEmail } from "./email.ts";
export type { EventPayload, OutgoingEvent, UserEvent } from "./event/event.ts";
export type { EventJson } from "./event/event-json.ts";
export { fromEventJson, toEventJson } from "./event/event-json.ts";
export type { EventStore } from "./event/event-store.ts";
export { EVENT_TYPES, followingEventId, newEvent } from "./event/new-event.ts";
export type { Opened, Seal } from "./event/seal.ts";
export type { EventId, IdSource, SessionId, SessionRef, UserId } from "./ids.ts";
export type { Caller } from "./caller.ts";
export type { Language } from "./language.ts";
export { directionOf, parseLanguage, primaryLanguageOf } from "./language.ts";
export type { FailureCounter } from "./limit/failure-counter.ts";
export { DEVICE_TTL_MS } from "./limit/known-devices.ts";
export type { Limit, LimitName, LimitRules } from "./limit-rules.ts";
export type { Place, RateLimiter } from "./limit/rate-limiter.ts";
export { unlockUser } from "./administration/unlock-user.ts";
export { RateLimited } from "./rate-limited.ts";
export type { BreachedPasswords } from "./password/breached-passwords.ts";
export { noBreachedPasswords } from "./password/breached-passwords.ts";
export type { HashingShare, PasswordHash, PasswordHasher } from "./password/password-hasher.ts";
export type {
  MalformedPassword,
  Password,
  PasswordRefusal,
  PasswordRules,
} from "./password/password.ts";
export { checkPasswordPolicy, normalizePassword } from "./password/password.ts";
export type { Policy, RegistrationRules, VerificationRules } from "./policy.ts";
export { coursePolicy, strictPolicy } from "./policy.ts";
export type { Ports } from "./ports.ts";
export type { ChangeEmailError } from "./profile/change-email.ts";
export { changeEmail } from "./profile/change-email.ts";
export type { ChangePasswordError } from "./profile/change-password.ts";
export { changePassword } from "./profile/change-password.ts";
export { chooseLanguage, findLanguage } from "./profile/language.ts";
export { deleteOwnUser } from "./profile/delete-own-user.ts";
export type { UserExport } from "./profile/export-user.ts";
export { exportUser } from "./profile/export-user.ts";
export type { RequestResetError } from "./recovery/request-reset.ts";
export { requestReset } from "./recovery/request-reset.ts";
export type { ResetPasswordError } from "./recovery/reset-password.ts";
export { resetPassword } from "./recovery/reset-password.ts";
export { deleteUnverifiedUsers } from "./registration/delete-unverified-users.ts";
export type { RegisterError, Registration } from "./registration/register-user.ts";
export { registerUser } from "./registration/register-user.ts";
export type { Result } from "./result.ts";
export { err, ok } from "./result.ts";
export { checkSession } from "./session/check-session.ts";
export type { DeviceSight, DeviceStore } from "./session/device-store.ts";
export type { Renewed } from "./session/end-own-sessions.ts";
export { endAllSessions, endOtherSessions } from "./session/end-own-sessions.ts";
export type { EndSessionError } from "./session/end-session.ts";
export { endSession } from "./session/end-session.ts";
export type { ListedSession } from "./session/list-sessions.ts";
export { listSessions } from "./session/list-sessions.ts";
export { logIn } from "./session/log-in.ts";
export { logOut } from "./session/log-out.ts";
export type { ReauthenticationError } from "./session/reauthenticate.ts";
export { hashPrefixOf, sessionIdOf } from "./session/session-id.ts";
export type {
  NotedRevocation,
  RevocationNote,
  SessionHistories,
  SessionHistory,
} from "./session/session-histories.ts";
export type {
  Revocation,
  SessionToRevoke,
  SessionLedger,
  SessionRecord,
} from "./session/session-ledger.ts";
export type { CheckedSession, SessionOpening, SessionStore } from "./session/session-store.ts";
export type { ClientInfo, Session, SessionRules } from "./session/session.ts";
export { UNKNOWN_DEVICE } from "./session/session.ts";
export { isLive, MAX_SESSIONS } from "./session/session.ts";
export type { StartedSession } from "./session/start-session.ts";
export { syncSessions } from "./session/sync-sessions.ts";
export type { TokenFactory } from "./token/token-factory.ts";
export type { TokenStore } from "./token/token-store.ts";
export type { MintedToken, Token, TokenClaim, TokenHash, TokenPurpose } from "./token/token.ts";
export { Unavailable } from "./unavailable.ts";
export type {
  Credentials,
  NewUser,
  PasswordChange,
  Rehash,
  UserStore,
  Verification,
} from "./user/user-store.ts";
export type { User } from "./user/user.ts";
export { isEnabled } from "./user/user.ts";
export type {
  EmailChange,
  EmailChangeStore,
  EmailProposal,
} from "./verification/email-change-store.ts";
export type { RequestVerificationError } from "./verification/request-verification.ts";
export { requestVerification } from "./verification/request-verification.ts";
export type { VerifiedEmail, VerifyEmailError } from "./verification/verify-email.ts";
export { verifyEmail } from "./verification/verify-email.ts";
