/** The message of a version commit: its trailer names the release that made it, so that what a terminated one left is recognised. */
export function versionMessage(title: string, release: string, signoff?: string): string {
  return `${title}\n\nSlipway-Release: ${release}${signoff === undefined ? '' : `\nSigned-off-by: ${signoff}`}`;
}

/** The release that made a commit of this message. */
export function releaseTrailer(message = ''): string | undefined {
  return /^Slipway-Release: (\S+)$/m.exec(message)?.[1];
}
