import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import type { Access } from '../../../ports/forge/access.ts';
import type { Repository } from '../../../domain/code/repository.ts';
import { doubtful, examine, fine, missing } from './finding.ts';

/** Whether the token reaches into a repository as far as it must. */
export function diagnoseRepository(access: Access, about: string, repository: Repository, wanted: 'read' | 'write'): Promise<readonly Finding[]> {
  const todo = 'correct the catalog, or let the token reach it';
  return examine(about, todo, async () => {
    const reach = await access.repository(repository);
    if (!reach) return missing('does not exist, or the token does not see it', todo);
    if (wanted === 'read' || reach === 'write') return fine(reach === 'write' ? 'may be written' : 'may be read');
    if (!(await access.identity())) return doubtful("may be read; an app's token does not tell what it may write", 'see that the app may write contents, pull requests, actions and deployments');
    return missing('may be read only', 'let the account write to it, and the token, too');
  });
}
