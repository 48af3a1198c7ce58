import { z } from "zod";
import { isDecodable, UNDECODABLE } from "./urls.ts";

/** Several hosts, which `URL` does not read. `parseRedisUrl` in packages/redis does. */
const HOST = String.raw`(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?`;
const SENTINELS = new RegExp(
  String.raw`^rediss?\+sentinel://(?:[^:@/]*:[^@/]*@)?${HOST}(?:,${HOST})*/[\w.-]+(?:/\d*)?(?:\?.*)?$`,
);
const CLUSTER = new RegExp(
  String.raw`^rediss?\+cluster://(?:[^:@/]*:[^@/]*@)?${HOST}(?:,${HOST})*/?$`,
);

export const redisUrl = z.string().superRefine((url, { addIssue }) => {
  const fail = (message: string) => addIssue({ code: "custom", message });
  if (url.startsWith("redis+") || url.startsWith("rediss+")) {
    if (/%(?![0-9a-f]{2})/i.test(url)) return fail(UNDECODABLE);
    if (SENTINELS.test(url) || CLUSTER.test(url)) return;
    return fail("must be redis+sentinel://host,host/name or redis+cluster://host,host");
  }
  const { protocol = "", pathname = "", searchParams } = URL.parse(url) ?? {};
  if (!/^(rediss?|unix):$/.test(protocol))
    return fail(
      "must be a redis://, rediss:// or unix:// URL, or one of redis+sentinel:// or redis+cluster://",
    );
  const database = protocol === "unix:" ? `/${searchParams?.get("db") ?? ""}` : pathname;
  if (!/^(\/\d*)?$/.test(database)) fail("must name its database by number");
  if (!isDecodable(url)) fail(UNDECODABLE);
});
