import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { name } from '../text/names.ts';
import { cut } from '../text/short-text.ts';

/** What is examined: one component, or all of them. */
export const doctorRequest = deferred(() => z.strictObject({ component: name.optional() }));

export type DoctorRequest = z.output<typeof doctorRequest>;

export const doctorRequestExample = { component: 'gitaly' } satisfies DoctorRequest;

/** What was found about one thing that releases need. */
export interface Finding {
  /** "gitaly: gitlab-org/gitlab" */
  readonly about: string;
  /** `missing`: a release would fail for it. */
  readonly state: 'ok' | 'warning' | 'missing';
  readonly what: string;
  /** What somebody should do; nothing where all is well. */
  readonly todo?: string;
}

/** As markdown for the Temporal UI's Current Details: the worst first. */
export function diagnosisPage(findings: readonly Finding[]): string {
  const cell = (text = '') => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = worstFirst(findings).map(({ about, state, what, todo }) => `| ${state} | ${cell(about)} | ${cell(what)} | ${cell(todo)} |`);
  return cut(['| | | | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n'), 4_000);
}

export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const order = ['missing', 'warning', 'ok'];
  return findings.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}
