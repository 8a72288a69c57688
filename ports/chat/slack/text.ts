/** Text that Slack shows as it is: no mention, link or formatting comes alive from a title that somebody else wrote. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What notifies members (U…, W…) and groups (S…), before a text. */
export function mentioning(ids: readonly string[] = []): string {
  return ids.map((id) => (id.startsWith('S') ? `<!subteam^${id}> ` : `<@${id}> `)).join('');
}

/** What was posted, from what Slack gives back: it wraps the addresses that it finds as `<https://…>` or `<https://…|label>`. */
export function plain(text: string): string {
  return text
    // All but mentions is escaped.
    .replaceAll(/^(?:<(?:@|!subteam\^)[^>]*>\s*)+/g, '')
    .replaceAll(/<((?:https?|mailto):[^|>]*)(?:\|([^>]*))?>/g, (_, url: string, label?: string) => label ?? url)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
