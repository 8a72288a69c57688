export interface Message {
  readonly ts: string;
  readonly threadTs: string | undefined;
  readonly user: string;
  text: string;
  blocks: unknown;
  metadata: Metadata | undefined;
  edited: boolean;
}

export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  /** Oldest first. */
  readonly messages: Message[];
}

/** What tells messages apart without times: the key in their metadata, else their text. */
export function messageKey({ metadata, text }: Pick<Message, 'metadata' | 'text'>): string {
  const { key } = metadata?.event_payload ?? {};
  if (typeof key === 'string') return key;
  return metadata === undefined ? (text.split('\n')[0] ?? '') : `${metadata.event_type} ${JSON.stringify(metadata.event_payload)}`;
}
