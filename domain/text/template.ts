/** A text from a file of people's, with these names in braces filled in; other braces stay as they are. The YAML that a form begins with is left out. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  const body = text.replaceAll('\r\n', '\n').replace(/^---\n[\s\S]*?\n---\n+/, '');
  return body.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? values[name]! : whole));
}
