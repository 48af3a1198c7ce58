/** L0: the cost of node:http itself. */
import { listen } from "./listen.ts";

const BODY = JSON.stringify({ email: "somebody@example.com" });
const HEADERS = { "content-type": "application/json", "content-length": BODY.length };

listen((_, response) => response.writeHead(200, HEADERS).end(BODY));
