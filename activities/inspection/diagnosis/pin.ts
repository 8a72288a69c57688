import { shortSha } from '../../../domain/code/commit.ts';
import { doubtsAbout, toldRestrictions } from '../../../domain/code/branch-rules.ts';
import type { Repository } from '../../../domain/code/repository.ts';
import type { Pin } from '../../../domain/component/rules.ts';
import { takingBackBranch } from '../../../domain/component/plan.ts';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import { pinReads } from '../../environments/pinned-commit.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { diagnoseRepository } from './repository.ts';

/** What moving a component's pin needs. `mirror`: where the commits are that it names; `tagged`: where versions are tagged, which it may name, too. */
export async function diagnosePin({ forge }: Pick<DiagnosisPorts, 'forge'>, name: string, pin: Pin, { mirror, tagged }: { readonly mirror: Repository; readonly tagged: Repository | undefined }): Promise<readonly Finding[]> {
  const about = (what: string) => `${name}: ${what}`;
  const findings = await Promise.all([
    diagnoseRepository(forge.access, about(pin.repository), pin.repository, 'write'),
    versionFileReadable(),
    branchProtected(),
    mergeAllowed(),
    ...[pin.head, takingBackBranch(pin)].map(headAllowed),
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
      const doubts = doubtsAbout(rules, { wanted, signs: forge.access.signs, hasReviewer: forge.reviewer !== undefined });
      if (doubts.length > 0) return doubtful(doubts.map(({ what }) => what).join('; '), doubts.map(({ todo }) => todo).join('; '));
      const { checks, mergeQueue } = rules;
      return fine(`asks for ${checks.join(', ')}${mergeQueue ? ', through its merge queue' : ''}`);
    });
  }

  function headAllowed(head: string) {
    const { repository } = pin;
    return examine(about(`${head} of ${repository}`), 'let the token read the repository', async () => {
      const restricted = toldRestrictions(await forge.access.restrictions(repository, head));
      return restricted === undefined ? fine('no rule restricts it') : doubtful(restricted, `let Slipway bypass that rule, or leave ${head} out of it`);
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
