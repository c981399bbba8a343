import { expect, test } from "vitest";
import { SessionKeeper } from "./session";

/** A server whose access token is over; `refreshable` says whether a refresh brings a new one. */
class Server {
  asked: string[] = [];
  bodies: string[] = [];
  loggedIn = false;
  refreshStatus = 200;

  send = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    this.asked.push(`${request.method} ${pathname}`);
    if (pathname === "/api/session/refresh") return this.refresh();
    if (!this.loggedIn) return refusal(401, "unauthenticated");
    if (request.method === "POST") this.bodies.push(await request.text());
    return Response.json({});
  };

  private refresh(): Response {
    this.loggedIn = this.refreshStatus === 200;
    return this.loggedIn ? Response.json({}) : refusal(this.refreshStatus, "unauthenticated");
  }
}

function refusal(status: number, code: string): Response {
  return Response.json({ error: { code, message: "" } }, { status });
}

function started(server: Server): { keeper: SessionKeeper; ends: () => number } {
  let ends = 0;
  const keeper = new SessionKeeper(server.send);
  keeper.onOver = () => {
    ends += 1;
  };
  return { keeper, ends: () => ends };
}

function get(path: string): Request {
  return new Request(`${location.origin}${path}`);
}

test("a request is sent again, with its body, after a refresh", async () => {
  const server = new Server();
  const { keeper, ends } = started(server);
  const init = { method: "POST", body: '{"name":"n"}' };
  const response = await keeper.fetch(new Request(`${location.origin}/api/keys`, init));
  expect(response.status).toBe(200);
  expect(server.bodies).toEqual(['{"name":"n"}']);
  expect(ends()).toBe(0);
});

test("many refused requests share one refresh", async () => {
  const server = new Server();
  const { keeper } = started(server);
  const answers = await Promise.all(
    ["/api/keys", "/api/logs", "/api/wallet"].map((path) => keeper.fetch(get(path))),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(server.asked.filter((line) => line === "POST /api/session/refresh")).toHaveLength(1);
});

test("what another tab has refreshed is not refreshed again", async () => {
  const server = new Server();
  const { keeper } = started(server);
  const first = server.send;
  const other = new SessionKeeper(async (request) => {
    const response = await first(request);
    server.loggedIn = true;
    return response;
  });
  expect((await other.fetch(get("/api/keys"))).status).toBe(200);
  expect((await keeper.fetch(get("/api/keys"))).status).toBe(200);
  expect(server.asked).not.toContain("POST /api/session/refresh");
});

test("a refused refresh ends the session", async () => {
  const server = new Server();
  server.refreshStatus = 401;
  const { keeper, ends } = started(server);
  expect((await keeper.fetch(get("/api/keys"))).status).toBe(401);
  expect(ends()).toBe(1);
});

test("an outage does not end the session", async () => {
  const server = new Server();
  server.refreshStatus = 503;
  const { keeper, ends } = started(server);
  expect((await keeper.fetch(get("/api/keys"))).status).toBe(503);
  expect(ends()).toBe(0);
});

test("a wrong password is no reason to refresh", async () => {
  const server = new Server();
  const { keeper, ends } = started(server);
  const init = { method: "POST", body: "{}" };
  await keeper.fetch(new Request(`${location.origin}/api/session`, init));
  expect(server.asked).toEqual(["POST /api/session"]);
  expect(ends()).toBe(0);
});
