/** Requests outlive an access token: it is refreshed once, by one tab at a time, and they are sent again. */

const SESSION = "/api/session";
const JSON_TYPE = "application/json";

type Send = (request: Request) => Promise<Response>;

export class SessionKeeper {
  private refreshing: Promise<Response> | null = null;
  /** Called when a session has ended that was taken to be there. */
  onOver: () => void = () => {};

  constructor(private readonly send: Send) {}

  fetch = async (request: Request): Promise<Response> => {
    if (request.method !== "GET") request.headers.set("content-type", JSON_TYPE);
    const again = request.clone();
    const response = await this.send(request);
    if (!(await isOver(request, response))) return response;
    const refreshed = await this.refresh();
    if (!refreshed.ok && refreshed.status !== 401) return refreshed;
    const last = refreshed.ok ? await this.send(again) : response;
    if (await isOver(request, last)) this.onOver();
    return last;
  };

  /** The session as it is now, or the refusal. */
  async refresh(): Promise<Response> {
    this.refreshing ??= alone(() => this.refreshAlone()).finally(() => {
      this.refreshing = null;
    });
    return (await this.refreshing).clone();
  }

  private async refreshAlone(): Promise<Response> {
    // Tabs share a refresh token, and it works only once: another one may have used it meanwhile.
    const now = await this.send(new Request(`${location.origin}${SESSION}`));
    if (now.status !== 401) return now;
    const headers = { "content-type": JSON_TYPE };
    const init = { method: "POST", headers, body: "{}" };
    return this.send(new Request(`${location.origin}${SESSION}/refresh`, init));
  }
}

export const session = new SessionKeeper((request) => fetch(request));

/** The browser's `fetch` with a session that outlives its token: for streams, which `api` does not read. */
export const fetchWithSession = session.fetch;

async function alone(task: () => Promise<Response>): Promise<Response> {
  // Pages that came by plain HTTP from another machine have no locks.
  return navigator.locks ? navigator.locks.request("tollgate.refresh", task) : task();
}

async function isOver(request: Request, response: Response): Promise<boolean> {
  const { pathname } = new URL(request.url);
  if (response.status !== 401 || pathname === SESSION || pathname.startsWith(`${SESSION}/`)) {
    return false;
  }
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return (body as { error?: { code?: unknown } } | null)?.error?.code === "unauthenticated";
}
