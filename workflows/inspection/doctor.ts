import { setCurrentDetails } from '@temporalio/workflow';
import type { DoctorRequest, Finding } from '../../domain/inspection/diagnosis.ts';
import { diagnosisPage, doctorRequest, doctorRequestExample } from '../../domain/inspection/diagnosis.ts';
import { parseInput } from '../../domain/text/input.ts';
import { unpaced } from '../release/work.ts';
import { requested } from '../release/beginning.ts';

/** Tries with the worker's own credentials whatever releases need, before anything is released. Changes nothing. Input: `{ "component": "gitaly" }`, or nothing. */
export async function doctor(input: DoctorRequest = {}): Promise<readonly Finding[]> {
  const request = requested(parseInput(doctorRequest, input, doctorRequestExample));
  const findings = await unpaced.diagnose(request, `diagnose ${request.component ?? 'everything'}`);
  setCurrentDetails(diagnosisPage(findings));
  return findings;
}
