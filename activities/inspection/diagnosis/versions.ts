import type { Code } from '../../../domain/code/rules.ts';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import { stableBranch } from '../../../domain/code/stable-branch.ts';
import type { VersionRules } from '../../../domain/versions/rules.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { diagnoseRepository } from './repository.ts';

/** Stands for the stable branches, whose names rules match by a pattern. */
const someStable = stableBranch({ major: 1, minor: 0 });

/** What releasing a component's versions needs. */
export async function diagnoseVersions({ forge, git }: Pick<DiagnosisPorts, 'forge' | 'git'>, name: string, { canonical, mirror, branch }: Code, rules: VersionRules): Promise<readonly Finding[]> {
  const repository = rules.repository ?? canonical;
  const hidden = rules.security?.repository ?? mirror;
  const about = (what: string) => `${name}: ${what}`;
  const findings = await Promise.all([
    diagnoseRepository(forge.access, about(repository), repository, 'write'),
    remoteAnswers(),
    workflowsMayDiffer(),
    branchTakesPushes(),
    ...[branch, someStable].map(unsignedAllowed),
    ...(rules.security ? [diagnoseRepository(forge.access, about(hidden), hidden, 'write'), templateExists(rules.security)] : []),
  ]);
  return findings.flat();

  /** Git has a way of its own to the repository: another address, and the token in a header. */
  function remoteAnswers() {
    return examine(about(`git remote of ${repository}`), 'see GITHUB_GIT_URL, and that the token may read contents', async () => {
      const { branches, tags } = await git.refs(repository);
      return branches[branch] === undefined ? missing(`has no branch ${branch}`, 'correct code.branch in the catalog') : fine(`${Object.keys(branches).length} branches, ${tags.length} tags`);
    });
  }

  function templateExists({ template }: NonNullable<VersionRules['security']>) {
    return examine(about(`issues of security releases in ${hidden}`), 'let the token read contents', async () => {
      const text = await forge.commits.read(hidden, template, branch);
      return text === undefined ? missing(`${branch} has no ${template}`, 'add the template, or correct versions.security.template in the catalog') : fine(`are made from ${template}`);
    });
  }

  function workflowsMayDiffer() {
    const todo = 'GitHub answers 404 to a release on a commit whose workflow files differ from the default branch: let the token write workflows, too';
    return examine(about('releases on tags'), todo, async () => {
      const identity = await forge.access.identity();
      if (!identity?.scopes) return fine('the token does not tell whether it may write workflows');
      return identity.scopes.includes('workflow') ? fine('the token may write workflows') : doubtful('the token may not write workflows', todo);
    });
  }

  function branchTakesPushes() {
    return examine(about(`pushes to ${branch} of ${repository}`), 'let the token read the repository', async () => {
      const protection = await forge.access.rules(repository, branch);
      const asks = protection && [...(protection.reviews > 0 ? [`${protection.reviews} ${protection.reviews === 1 ? 'review' : 'reviews'}`] : []), ...(protection.mergeQueue ? ['a merge queue'] : []), ...protection.checks];
      return asks && asks.length > 0 ? doubtful(`asks for ${asks.join(', ')}`, `let Slipway bypass that, or merge by hand what it can't push: each version's changelog, or its merge`) : fine('nothing keeps them away');
    });
  }

  function unsignedAllowed(on: string) {
    return examine(about(`signatures on ${on === someStable ? 'stable branches' : on} of ${repository}`), 'let the token read the rules', async () => {
      const restricted = await forge.access.restrictions(repository, on);
      return restricted.includes('required_signatures') ? doubtful('are asked for, and the commits of versions have none', 'let Slipway bypass that rule') : fine('nobody asks for them');
    });
  }
}
