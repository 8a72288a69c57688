/**
 * What keeps a pull request from being merged, by the words that forges refuse it with; there is no better source. Only a conflict that is
 * shown as one is one: "not mergeable" is said, too, while that is not known yet.
 */
export function hindrance(reason: string, { conflicts }: { readonly conflicts?: true | undefined }): 'conflicts' | 'queueRequired' | 'unreviewed' | 'refused' {
  if (conflicts) return 'conflicts';
  if (/merge queue/i.test(reason)) return 'queueRequired';
  // "Review and try the merge again" is what GitHub says of a base that has just moved.
  return /review|approv|changes.* requested/i.test(reason.replace(/review and try/i, '')) ? 'unreviewed' : 'refused';
}

/** Whether it is refused until somebody does something about it; all else may pass by itself within minutes. */
export function takesPeople(reason: string): boolean {
  return /draft/i.test(reason);
}
