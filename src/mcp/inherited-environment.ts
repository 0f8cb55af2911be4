// Owns which variables of this program a server is started with, beside those of its configuration: what programs need to run, to reach the
// network and to speak the user's language, and nothing that may be a key.

const PLAIN = new Set([
  ...['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE'],
  // Of Windows.
  ...['APPDATA', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PROCESSOR_ARCHITECTURE', 'PROGRAMFILES', 'SYSTEMDRIVE'],
  ...['SYSTEMROOT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'PATHEXT', 'COMSPEC'],
  // Without them nothing is reached from behind a proxy.
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_USE_ENV_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA'],
  ...['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'UV_NATIVE_TLS', 'UV_SYSTEM_CERTS'],
  // Where npx and uvx keep what they have downloaded.
  ...['NPM_CONFIG_CACHE', 'UV_CACHE_DIR', 'UV_PYTHON_INSTALL_DIR', 'UV_TOOL_DIR', 'PIP_CACHE_DIR'],
]);

const PREFIXES = ['LC_', 'XDG_'];

/** Where npx and uvx download from. Such an address may contain a key. */
const INDEXES = new Set(['NPM_CONFIG_REGISTRY', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'PIP_INDEX_URL']);

/** Names are compared without regard to case, which is how proxies are written in both. */
export function inheritedVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && isInherited(name.toUpperCase(), value)) inherited[name] = value;
  }
  return inherited;
}

function isInherited(name: string, value: string): boolean {
  // Functions of a shell begin like this: a program that reads its environment must not find code in it.
  if (value.startsWith('()')) return false;
  if (INDEXES.has(name)) return !hasCredentials(value);
  return PLAIN.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
