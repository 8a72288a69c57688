/** Remembers the last `limit` texts that it was told. */
export function createMemory(limit: number) {
  const texts = new Set<string>();
  return {
    has: (text: string) => texts.has(text),
    add(text: string): void {
      texts.add(text);
      for (const oldest of texts) {
        if (texts.size <= limit) return;
        texts.delete(oldest);
      }
    },
  };
}
