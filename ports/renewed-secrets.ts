/** As many as live at a time, by far: an app's token lives for an hour. */
const most = 20;
const secrets: string[] = [];

/** Says that a secret came into the process after its start, so that it is struck out of logs and answers as those from the start are. */
export function noteSecret(secret: string): void {
  if (secrets.includes(secret)) return;
  secrets.unshift(secret);
  secrets.splice(most);
}

/** The newest ones; those before have expired. */
export function renewedSecrets(): readonly string[] {
  return secrets;
}
