import { marker } from '../code/marker.ts';
import { inert } from '../code/quiet-text.ts';
import type { VersionPlan } from './plan.ts';
import { versionText } from './version.ts';

/** A pull request that people have to bring to its end, because what it carries could not be pushed. */
export interface OwedChange {
  /** Its own branch. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** What people are asked to put together, or to let in. @param why the files that conflict, or the remote's words */
export function owedMergeBack(plan: VersionPlan, why: string): OwedChange {
  const { defaultBranch, tag } = plan;
  return owed(plan, { what: 'merge-back', base: defaultBranch, title: `Merge ${tag} back into ${defaultBranch}`, todo: `${defaultBranch} lacks ${tag}. It could not be merged there: ${inert(why)}. The tag is valid as it is: nothing of it may change here. Merge with a merge commit.` });
}

export function owedBranch(plan: VersionPlan, why: string): OwedChange {
  const { branch, tag } = plan;
  return owed(plan, { what: 'version', base: branch, title: `Bring ${tag} to ${branch}`, todo: `${branch} lacks the commit that is tagged as ${tag}. It could not be pushed there: ${inert(why)}. Merge with a merge commit.` });
}

function owed({ id, version, mention }: VersionPlan, { what, base, title, todo }: { readonly what: string; readonly base: string; readonly title: string; readonly todo: string }): OwedChange {
  const lines = [todo, ...(mention ? [`${mention}, please see to it.`] : []), `The release stays open until it is done.`, marker(`${id}/${what}`)];
  return { head: `slipway/${what}-${versionText(version)}`, base, title, body: lines.join('\n\n') };
}
