/** Links and times in texts differ between worlds: the address, the ids of runs and the like, ISO times, message times, generations. */
export function canonicalText(text: string, worldUrl: string): string {
  return text
    .replaceAll(worldUrl, '<world>')
    .replace(/\/(actions\/runs|job|deployments|releases|check-runs)\/\d+/g, '/$1/<id>')
    .replace(/#(issuecomment|pullrequestreview)-\d+/g, '#$1-<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, '<time>')
    .replace(/\.overwritten-\d+/g, '.overwritten-<generation>')
    .replace(/\b\d{10}\.\d{6}\b/g, '<ts>');
}
