/** Where people are told. A message is found again by its key, so it is posted once and then updated in place. */
export interface Chat {
  /** The message of this channel (or of the thread) that carries `key`. */
  find(channel: string, key: string, thread?: string): Promise<ChatMessage | undefined>;
  post(message: NewMessage): Promise<ChatMessage>;
  update(channel: string, id: string, message: Pick<NewMessage, 'key' | 'text' | 'mentions'>): Promise<void>;
  /** Fails, with what to do, where the channel can't be told anything. Posts nothing. */
  reach(channel: string): Promise<void>;
}

export interface NewMessage {
  readonly channel: string;
  readonly key: string;
  readonly text: string;
  readonly thread?: string;
  /** Members and groups of the chat, by its own ids, who are notified. */
  readonly mentions?: readonly string[];
}

export interface ChatMessage {
  readonly id: string;
  readonly text: string;
}
