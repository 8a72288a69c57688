/** An application as Argo CD keeps it. */
export interface Application {
  readonly name: string;
  images: readonly string[];
  health: string;
  synced: boolean;
  operation: { readonly phase: 'Running' | 'Succeeded'; readonly startedAt: string } | undefined;
  /** When each of its Rollouts was last told to restart. */
  readonly rollouts: Map<string, string | undefined>;
}

/** Where its Rollouts are. */
export function namespaceOf({ name }: Pick<Application, 'name'>): string {
  return `${name}-prod`;
}
