export { packAll } from "./pnpm.ts";
export { startWorkerd } from "./workerd.ts";
export { type Runtime, runtimeCommand } from "./runtimes.ts";
export { postfixProgram, startPostfix } from "./postfix.ts";
export { haproxyProgram, nginxProgram, startHaproxy, startNginx } from "./balancers.ts";
export { openApiValidator } from "./openapi-validator.ts";
export { pgBouncerProgram, startPgBouncer } from "./pgbouncer.ts";
export {
  findPostgres,
  initdbProgram,
  type PostgresNode,
  startPostgres,
  startPostgresNode,
  startPrimaryAndStandby,
} from "./postgres.ts";
export { type Certificates, createCertificates } from "./certificates.ts";
export { HOSTILE_SETTINGS } from "./hostile-settings.ts";
export { findProgram, freePort, type RunningServer, signalTree } from "./spawn-server.ts";
export { testServers } from "./provided.ts";
export { type Proxy, startProxy, type Verdict, type Watch } from "./proxy.ts";
export { redisProgram, type RedisProgram, startRedis } from "./redis.ts";
export { type HttpReceiver, type ReceivedPost, startHttpReceiver } from "./http-receiver.ts";
export { type MailVerdict, type ReceivedMail, type SmtpSink, startSmtpSink } from "./smtp-sink.ts";
export {
  type RedisNode,
  stall,
  startCluster,
  startRedisNode,
  startReplica,
  startSentinels,
} from "./redis-nodes.ts";
