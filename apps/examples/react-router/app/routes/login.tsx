import { data, Form, redirect } from "react-router";
import { clientOf, setCookie } from "../auth.server";
import type { Route } from "./+types/login";

export async function action({ request }: Route.ActionArgs) {
  const form = await request.formData();
  const client = clientOf(request);
  const [email, password] = [String(form.get("email")), String(form.get("password"))];
  const result = await client.logIn({ email, password });
  if (!result.ok) return data({ message: result.message }, { status: 401 });
  return redirect("/", { headers: { "set-cookie": setCookie(client.cookie()) } });
}

export default function Login({ actionData }: Route.ComponentProps) {
  return (
    <Form method="post">
      <input name="email" type="email" autoComplete="username" required />
      <input name="password" type="password" autoComplete="current-password" required />
      <button>Log in</button>
      <p role="status">{actionData?.message}</p>
    </Form>
  );
}
