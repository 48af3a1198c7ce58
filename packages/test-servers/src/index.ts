export { openApiValidator } from "./openapi-validator.ts";
export { pgBouncerProgram, startPgBouncer } from "./pgbouncer.ts";
export { findPostgres, initdbProgram, startPostgres } from "./postgres.ts";
export { type Certificates, createCertificates } from "./certificates.ts";
export { testServers } from "./provided.ts";
export { type Proxy, startProxy, type Verdict, type Watch } from "./proxy.ts";
export { redisProgram, startRedis } from "./redis.ts";
export { type HttpReceiver, type ReceivedPost, startHttpReceiver } from "./http-receiver.ts";
export { type MailVerdict, type ReceivedMail, type SmtpSink, startSmtpSink } from "./smtp-sink.ts";
