/** Where the pages of a namespace's workflows are in the Temporal UI. @param ui its address, where that is known */
export function workflowPages({ ui, address, namespace }: { readonly ui: string | undefined; readonly address: string; readonly namespace: string }): (workflowId: string) => string | undefined {
  const root = (ui ?? knownUi(address))?.replace(/\/$/, '');
  return (workflowId) => root && `${root}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
}

/** Temporal Cloud's UI, and that of a dev server, which listens a thousand ports above the server unless told otherwise. */
function knownUi(address: string): string | undefined {
  if (address.endsWith('.tmprl.cloud:7233') || address.endsWith('.api.temporal.io:7233')) return 'https://cloud.temporal.io';
  const local = /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(address);
  return local ? `http://127.0.0.1:${Number(local[1]) + 1_000}` : undefined;
}
