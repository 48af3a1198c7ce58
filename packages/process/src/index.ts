export { closeOnFailure } from "./close-on-failure.ts";
export {
  InvalidEnvironment,
  mistakesIn,
  networks,
  parseSecrets,
  type SecretKey,
  sharedEnvironment,
  smtpUrl,
  wholeNumber,
} from "./environment.ts";
export { readEnvironment } from "./environment-files.ts";
export { faultLog } from "./fault-log.ts";
export { errorFields, type Log, openLog } from "./log.ts";
export { reasonFor, runProcess, type Started } from "./run-process.ts";
