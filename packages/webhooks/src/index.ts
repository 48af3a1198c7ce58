export { type Networks, networks } from "./networks.ts";
export {
  type WebhookResponse,
  postWebhook,
  parseEndpointUrl,
  RefusedTarget,
  toPlainText,
} from "./post.ts";
export { newWebhookSecret, signatureHeaders } from "./sign.ts";
