import { isMap, parseDocument } from 'yaml';

/** All inputs at once: `toJSON(inputs)`, `inputs.*`. */
const allInputs = /\binputs\b(?!\s*(?:\.\s*\w|\[))/i;

/** Whether a GitHub workflow, given as its file's text, shows one of these inputs in the names of its runs (its `run-name`). */
export function showsInput(workflow: string, inputs: readonly string[]): boolean {
  const document = parseDocument(workflow);
  const name = isMap(document.contents) ? String(document.get('run-name') ?? '').toLowerCase() : '';
  return allInputs.test(name) || inputs.some((input) => name.includes(input.toLowerCase()));
}
