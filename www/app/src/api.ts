/** The server's HTTP API. Live updates arrive over the socket instead. */

export interface User {
  id: number;
  username: string;
  name: string;
}

export interface Conversation {
  id: number;
  title: string;
  participants: { id: number; name: string }[];
  last_message: LastMessage | null;
}

export interface LastMessage {
  message_id: number;
  message: string;
  sender_id: number;
  sender_name: string;
  created_at: string;
}

class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function logIn(username: string, password: string): Promise<User> {
  return call("/api/login", { method: "POST", body: { username, password } });
}

export async function logOut(): Promise<void> {
  await call("/api/logout", { method: "POST", body: {} });
}

/** Returns the user who is logged in, or null if there is none. */
export async function fetchMe(): Promise<User | null> {
  try {
    return await call<User>("/api/me");
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export async function fetchConversations(): Promise<Conversation[]> {
  const { conversations } = await call<{ conversations: Conversation[] }>("/api/conversations");
  return conversations;
}

/** Returns the ids of `count` conversations for the comparison, which no inbox lists. */
export async function fetchRehearsal(count: number): Promise<number[]> {
  const body = { count };
  const { conversations } = await call<{ conversations: number[] }>("/api/rehearsal", { method: "POST", body });
  return conversations;
}

async function call<Answer>(
  path: string,
  { method = "GET", body }: { method?: string; body?: unknown } = {},
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "Cannot reach the server. Is it running?");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    throw new ApiError(response.status, answer?.detail ?? `The server responded with status ${response.status}.`);
  }
  return answer;
}
