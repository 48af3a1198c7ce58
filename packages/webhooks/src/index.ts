export { type Networks, networks } from "./networks.ts";
export {
  type PostAnswer,
  postWebhook,
  readEndpointUrl,
  RefusedTarget,
  toPlainText,
} from "./post.ts";
export { newWebhookSecret, signatureHeaders } from "./sign.ts";
