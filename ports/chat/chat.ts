/** Where people are told. A message is found again by its key, so it is posted once and then updated in place. */
export interface Chat {
  /** The message of this channel (or of the thread) that carries `key`. */
  find(channel: string, key: string, thread?: string): Promise<ChatMessage | undefined>;
  post(message: { readonly channel: string; readonly key: string; readonly text: string; readonly thread?: string }): Promise<ChatMessage>;
  update(channel: string, id: string, message: { readonly key: string; readonly text: string }): Promise<void>;
  /** Fails, with what to do, where the channel can't be told anything. Posts nothing. */
  reach(channel: string): Promise<void>;
}

export interface ChatMessage {
  readonly id: string;
  readonly text: string;
}
