import { setCurrentDetails } from '@temporalio/workflow';
import type { DoctorRequest, Finding } from '../domain/diagnosis.ts';
import { diagnosisPage, doctorRequest, doctorRequestExample } from '../domain/diagnosis.ts';
import { parseInput } from '../domain/input.ts';
import { planning } from './activities.ts';
import { requested } from './requested.ts';

/** Tries with the worker's own credentials whatever releases need, before anything is released. Changes nothing. Input: `{ "component": "gitaly" }`, or nothing. */
export async function doctor(input: DoctorRequest = {}): Promise<readonly Finding[]> {
  const request = requested(parseInput(doctorRequest, input, doctorRequestExample));
  const findings = await planning.diagnose.executeWithOptions({ summary: request.component ?? 'everything' }, [request]);
  setCurrentDetails(diagnosisPage(findings));
  return findings;
}
