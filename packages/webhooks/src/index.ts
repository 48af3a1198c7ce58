export { type Networks, networks } from "./networks.ts";
export {
  type WebhookResponse,
  postWebhook,
  parseEndpointUrl,
  RefusedTarget,
  requireDeliverable,
  toPlainText,
} from "./post.ts";
export { newWebhookSecret, signatureHeaders } from "./sign.ts";
