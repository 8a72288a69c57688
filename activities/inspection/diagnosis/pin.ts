import { shortSha } from '../../../domain/code/commit.ts';
import { isCalled } from '../../../domain/code/pipeline.ts';
import type { Repository } from '../../../domain/code/repository.ts';
import type { Pin } from '../../../domain/component/rules.ts';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import { pinReads } from '../../environments/pinned-commit.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { diagnoseRepository } from './repository.ts';

const restrictedVerbs = { creation: 'making', update: 'moving', deletion: 'deleting', required_signatures: 'pushing without a signature to' } as const;

/** What moving a component's pin needs. `mirror`: where the commits are that it names; `tagged`: where versions are tagged, which it may name, too. */
export async function diagnosePin({ forge }: Pick<DiagnosisPorts, 'forge'>, name: string, pin: Pin, { mirror, tagged }: { readonly mirror: Repository; readonly tagged: Repository | undefined }): Promise<readonly Finding[]> {
  const about = (what: string) => `${name}: ${what}`;
  const findings = await Promise.all([
    diagnoseRepository(forge.access, about(pin.repository), pin.repository, 'write'),
    versionFileReadable(),
    branchProtected(),
    mergeAllowed(),
    headAllowed(),
    ...(pin.flakyTest ? [diagnoseRepository(forge.access, about(pin.flakyTest.repository), pin.flakyTest.repository, 'write')] : []),
  ]);
  return findings.flat();

  function versionFileReadable() {
    const { repository, branch, versionFile } = pin;
    const todo = `commit ${versionFile} with the SHA of a commit of ${mirror}, or correct pin.versionFile`;
    return examine(about(versionFile), todo, async () => {
      const text = (await forge.commits.read(repository, versionFile, branch))?.trim();
      if (text === undefined) return missing(`${repository} does not have it on ${branch}`, todo);
      const pinned = await pinReads(forge).commitOf(text, tagged);
      if (pinned === undefined) return missing(`it contains "${text.slice(0, 60)}"`, todo);
      return (await forge.commits.find(mirror, pinned)) ? fine(`pins ${shortSha(pinned)}`) : missing(`it pins ${pinned}, which ${mirror} does not have`, todo);
    });
  }

  function branchProtected() {
    const { repository, branch, requiredChecks: wanted } = pin;
    return examine(about(`${branch} of ${repository}`), 'correct pin.branch in the catalog, or let the token read the repository', async () => {
      const rules = await forge.access.rules(repository, branch);
      if (!rules) return doubtful('is not protected: anybody who may write can change what is deployed', 'protect it, and require the checks that a release must pass');
      const { checks, reviews, mergeQueue, signatures } = rules;
      if (signatures && !forge.access.signs) return doubtful('asks for signed commits, and what Slipway commits by this token is not', 'connect it as a GitHub App, whose commits GitHub signs, or leave it out of that rule');
      if (checks.length === 0) return doubtful('is protected, but asks for no check', 'require the checks that a release must pass');
      const more = wanted.filter((check) => !checks.some((name) => isCalled({ name }, check) || check.endsWith(` / ${name}`)));
      const unnamed = checks.filter((name) => wanted.length > 0 && !wanted.some((check) => isCalled({ name }, check) || check.endsWith(` / ${name}`)));
      if (more.length > 0) return doubtful(`asks for ${checks.join(', ')}, but not for ${more.join(', ')}`, 'the catalog alone requires that: people can merge without it');
      if (unnamed.length > 0) return doubtful(`asks for ${unnamed.join(', ')}, too, which pin.requiredChecks does not name`, 'a release waits for that all the same: name it there, or take it out of the rules');
      if (reviews > (forge.reviewer ? 1 : 0)) return doubtful(`asks for ${reviews} reviews, of which ${forge.reviewer ? 'one comes' : 'none comes'} from a second identity`, 'people have to approve each release at the forge; GITHUB_REVIEWER_TOKEN gives one review');
      return fine(`asks for ${checks.join(', ')}${mergeQueue ? ', through its merge queue' : ''}`);
    });
  }

  function headAllowed() {
    const { repository, head } = pin;
    return examine(about(`${head} of ${repository}`), 'let the token read the repository', async () => {
      const restricted = await forge.access.restrictions(repository, head);
      const [verbs, todo] = [restricted.map((restriction) => restrictedVerbs[restriction]), `let Slipway bypass that rule, or leave ${head} out of it`];
      if (restricted.length > 0) return doubtful(`a rule keeps all but some from ${verbs.join(', ')} it: ${restricted.includes('creation') ? 'a release may not begin' : 'a release may leave it behind'}`, todo);
      return fine('no rule restricts it');
    });
  }

  function mergeAllowed() {
    const { repository, merge, autoMerge } = pin;
    return examine(about(`merging into ${repository}`), 'let the token read the repository', async () => {
      const allowed = await forge.access.merging(repository);
      if (!allowed) return fine('the token may not know how');
      if (!allowed.methods.includes(merge)) return missing(`"${merge}" is switched off; ${allowed.methods.join(', ')} is not`, 'set pin.merge in the catalog, or allow it in the settings of the repository');
      if (autoMerge && !allowed.autoMerge) return missing('auto-merge is switched off', 'allow it in the settings of the repository, or set pin.autoMerge to false');
      return fine(`by ${merge}${autoMerge ? ', by itself' : ''}`);
    });
  }
}
