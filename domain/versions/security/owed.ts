import { marker } from '../../code/marker.ts';
import { inert } from '../../code/quiet-text.ts';
import type { OwedChange } from '../owed-change.ts';
import type { SecurityPlan } from './plan.ts';

/** What people are asked to put together, once everybody may know of it. @param why the files that conflict, or the remote's words */
export function owedDisclosure({ id, issue, mention }: Pick<SecurityPlan, 'id' | 'issue' | 'mention'>, { branch, what, why }: { readonly branch: string; readonly what: 'fix' | 'changelog'; readonly why: string }): OwedChange {
  const todo = `${branch} lacks ${what === 'fix' ? 'a security release that is out' : 'the changelog of a security release'}. It could not be merged there: ${inert(why)}. Its tags are valid as they are: nothing of them may change here. Merge with a merge commit.`;
  const lines = [todo, ...(mention ? [`${mention}, please see to it.`] : []), 'The release stays open until it is done.', marker(`${id}/${what}/${branch}`)];
  return { head: `slipway/security-${issue}-${what}-to-${branch}`, base: branch, title: `Merge the ${what === 'fix' ? 'security release' : 'changelog of the security release'} into ${branch}`, body: lines.join('\n\n') };
}
