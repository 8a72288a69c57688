/** Those of the approvers that are teams. */
export function teamsIn({ approvers }: { readonly approvers: readonly string[] }): readonly string[] {
  return approvers.filter((approver) => approver.includes('/'));
}
