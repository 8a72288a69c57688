import { STATUS_CODES } from 'node:http';
import { pushCommands, serveGit } from '../../git/smart-http.ts';
import { readRefs } from '../../git/refs.ts';
import { write } from '../../http/write.ts';
import { stateOfCheck } from '../ci/check-state.ts';
import { allChecks } from './protection.ts';
import { refKey } from './refs.ts';
import { reloadRefs } from './repository.ts';
import { identify } from '../people/users.ts';
import type { Exchange, Reply } from '../../http/exchange.ts';
import type { PushCommand } from '../../git/smart-http.ts';
import type { Visit } from '../../http/visit.ts';
import type { Repository, User } from '../state.ts';
import type { World } from '../../world/state.ts';

const none = '0'.repeat(40);

/** One request of git's smart HTTP protocol: `/<owner>/<repo>.git/<service>`. */
export function visitGit(world: World, exchange: Exchange, path: string): Visit {
  const [, fullName = '', service = ''] = /^\/([\w.-]+\/[\w.-]+?)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path) ?? [];
  const user = identify(world, exchange.headers);
  const repository = world.state.repositories.get(fullName);
  const route = `${exchange.method} /git/{owner}/{repo}.git/${service}`;
  const origin = { method: 'PUSH', route, scope: `${fullName} git` };

  async function answer(): Promise<Reply> {
    if (user === undefined) return { status: 401, headers: { 'www-authenticate': 'Basic realm="GitHub"' }, body: 'Authentication required\n' };
    if (repository === undefined) return { status: 404, body: 'Repository not found.\n' };
    const serve = (refused: readonly string[] = []): Promise<Reply> => serveGit(exchange, { root: world.dir, repository: fullName, service, login: user.login, refused });
    const commands = service === 'git-receive-pack' ? pushCommands(exchange) : [];
    if (commands.length === 0) return serve();

    const pushed = await write(world, origin, () => ({
      kind: 'effect' as const,
      keys: commands.map(({ ref }) => refKey(repository, ref)),
      commit: () => push(world, repository, user, commands, serve),
      applied: ({ moved }) => moved.map(({ ref }) => refKey(repository, ref)),
    }));
    return pushed.reply;
  }

  return {
    route, answer, scope: origin.scope, operation: service, credential: user?.login ?? '',
    fault: ({ action }) => ({ status: action.kind === 'fail' ? action.status : 429, body: STATUS_CODES[action.kind === 'fail' ? action.status : 429] }),
  };
}

/** Lets git apply a push, then finds out which refs it really moved. */
async function push(
  world: World,
  repository: Repository,
  by: User,
  commands: readonly PushCommand[],
  serve: (refused: readonly string[]) => Promise<Reply>,
): Promise<{ reply: Reply; moved: readonly PushCommand[] }> {
  const before = new Map(repository.refs);
  const reply = await serve(commands.filter((command) => isRefused(repository, command)).map(({ ref }) => ref));
  const after = await readRefs(repository.gitDir);
  const moved = commands.filter(({ ref }) => before.get(ref) !== after.get(ref));
  await reloadRefs(repository);
  for (const { ref } of moved) await world.consequences.refMoved(world, repository, { ref, from: before.get(ref), to: after.get(ref), by });
  return { reply, moved };
}

/** A protected branch takes only commits that have passed its checks, and never goes away. */
function isRefused(repository: Repository, { ref, to }: PushCommand): boolean {
  const protection = repository.protections.get(ref.replace(/^refs\/heads\//, ''));
  if (protection === undefined) return false;
  return to === none || protection.requiredReviews > 0 || allChecks(protection).some((name) => stateOfCheck(repository, to, name) !== 'success');
}
