import { Form } from "react-router";
import { requireUser } from "../auth.server";
import type { Route } from "./+types/home";

export async function loader({ request }: Route.LoaderArgs) {
  const { body } = await requireUser(request);
  return { email: body.email };
}

export default function Home({ loaderData }: Route.ComponentProps) {
  return (
    <main>
      <p>Hello {loaderData.email}</p>
      <Form method="post" action="/logout">
        <button>Log out</button>
      </Form>
    </main>
  );
}
