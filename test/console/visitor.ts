/** Logs somebody in as a browser would, and gives the address that it is sent back to. @param back where the console is reached */
export async function passLogin(to: string, account: string, back: string): Promise<string> {
  const jar = new Map<string, string>();
  let address = to;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie }, ...(form && { method: 'POST', body: form }) });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0]!.split('=') as [string, string];
      jar.set(name, value);
    }
    form = undefined;
    const location = response.headers.get('location');
    if (location !== null) {
      address = new URL(location, address).href;
      if (address.startsWith(back)) return address;
      continue;
    }
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    if (prompt === undefined || action === undefined) throw new Error(`the login server shows something else (${response.status}): ${page.slice(0, 500)}`);
    address = new URL(action.replaceAll('&amp;', '&'), address).href;
    form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: account, password: 'x' }) });
  }
  throw new Error('the login server sends its visitor in circles');
}
