// Owns the list of what people keep secret in files, and of what tools have no business in. Matching it is left to `closed.ts`.

/**
 * What stays closed unless other names are given: `createFileTools({ root, closed: [...CLOSED, 'drafts'] })`. Upper and lower case are the
 * same. A name is closed in every folder, with all that is below it. Names with `/` are closed wherever they follow each other; with `/**`
 * at the end also when the root itself is in such a folder.
 */
export const CLOSED: readonly string[] = [
  // Not secret, but without end; the settings of git may hold a password.
  ...['.git', 'node_modules'],
  // The environment of programs.
  ...['.env*', '*.env', '.direnv/**', '.flaskenv', '.dev.vars*'],
  // Passwords and tokens of programs.
  ...['.netrc', '_netrc', '.authinfo', '.authinfo.*', '.git-credentials', '.config/git/credentials', '.gitcookies', '.hgrc'],
  ...['.npmrc', '.yarnrc', '.yarnrc.yml', '.bunfig.toml', '.pypirc', 'pip.conf', 'pip.ini', '.condarc', 'nuget.config'],
  ...['.gem/credentials', '.bundle/config', '.cargo/credentials', '.cargo/credentials.toml', 'auth.json', '.m2/settings.xml'],
  ...['.m2/settings-security.xml', '.gradle/gradle.properties', '.subversion/auth/**', '.config/pip/**', '.config/composer/**'],
  ...['.pgpass', 'pgpass.conf', '.pg_service.conf', '.my.cnf', '.mylogin.cnf', '.mongorc.js', '.dbshell', '.odbc.ini'],
  ...['.htpasswd', '.htdigest', '.rhosts', '.shosts', '.fetchmailrc', '.msmtprc', '.mailrc', '.muttrc', '.smbcredentials'],
  ...['.vault-token', '.vault-pass*', '.vault_pass*', '.xauthority', '.iceauthority', '*.keytab', 'krb5cc_*'],
  ...['passwd', 'shadow', 'gshadow', 'passwd-', 'shadow-', 'gshadow-', 'sudoers', 'master.passwd', 'ntuser.dat'],
  ...['.huggingface/**', '.cache/huggingface/token', '.cache/huggingface/stored_tokens', '.kaggle/**', 'kaggle.json', '.jupyter/**'],
  ...['credentials', 'credentials.json', 'credentials.yml', 'credentials.yaml', 'credentials.toml', 'credentials.ini'],
  ...['credentials.csv', 'credentials.xml', 'credentials.db', 'credentials.tfrc.json', '.credentials', '.credentials.json'],
  ...['secrets.json', 'secrets.yml', 'secrets.yaml', 'secrets.toml', 'secrets.ini', 'secrets.xml', 'secrets.properties', '.secrets'],
  ...['secret.json', 'secret.yml', 'secret.yaml', '*-secret.yml', '*-secret.yaml', '*-secrets.yml', '*-secrets.yaml', '*.secret', '*.secrets'],
  ...['token.json', 'tokens.json', 'oauth.json', 'oauth_creds.json', 'client_secret*.json', '.vllm-agents/**', '.config/vllm-agents/**'],
  ...['.claude.json', '.config/github-copilot/**', '.config/anthropic/**', '.config/openai/**', 'local.settings.json', '*.publishsettings'],
  // Keys.
  ...['.ssh/**', 'id_rsa*', 'id_dsa*', 'id_ecdsa*', 'id_ed25519*', 'id_xmss*', '*_rsa', '*_dsa', '*_ecdsa', '*_ed25519'],
  ...['ssh_host_*_key', '*.ppk', '*.pem', '*.key', '*.p8', '*.p12', '*.pfx', '*.pkcs12', '*.jks', '*.keystore', '*.bks'],
  ...['.gnupg/**', 'secring.*', '*.agekey', '.age/**', '.config/age/**', '.config/sops/**', '*.ovpn', 'wg?.conf', '.pki/**'],
  ...['*.kdb', '*.kdbx', '*.psafe3', '*.1pif', '*.agilekeychain', '*.opvault', '.password-store/**', '.config/op/**'],
  ...['*.keychain', '*.keychain-db', 'library/keychains/**', '.local/share/keyrings/**', '.gnome2/keyrings/**'],
  ...['.local/share/kwalletd/**', 'microsoft/credentials/**', 'microsoft/protect/**'],
  // Clouds, clusters and their tools.
  ...['.aws/**', '.azure/**', '.config/gcloud/**', '.gcloud/**', '.boto', '.s3cfg', '.oci/**', '.aliyun/**', '.bluemix/**'],
  ...['.kube/**', 'kubeconfig', '*.kubeconfig', 'kubeconfig.*', '.docker/config.json', '.dockercfg', '.config/containers/**'],
  ...['.config/helm/**', '.config/gh/**', '.config/glab-cli/**', '.config/hub', '.config/doctl/**', '.config/hcloud/**'],
  ...['.config/rclone/**', 'rclone.conf', '.config/scw/**', '.config/flyctl/**', '.fly/**', '.config/netlify/**', '.netlify/**'],
  ...['.vercel/**', '.wrangler/**', '.config/configstore/**', '.chef/**', '.pulumi/**', '.terraform/**', '.terraform.d/**'],
  ...['*.tfstate', '*.tfstate.*', '*.tfvars', '*.tfvars.json', '.terraformrc', 'terraform.rc'],
  ...['*service-account*.json', '*service_account*.json', '*serviceaccount*.json', '*firebase-adminsdk*.json'],
  'application_default_credentials.json',
  // Wallets.
  ...['wallet.dat', '*.wallet', 'utc--*', '.bitcoin/**', '.ethereum/**', '.litecoin/**', '.dogecoin/**', '.bitmonero/**'],
  ...['.electrum/**', '.config/solana/**', '.zcash/**', '.config/exodus/**', '.near-credentials/**', '.foundry/keystores/**', '.brownie/**'],
  // What was typed, and where somebody is signed in.
  ...['.*_history', '.history', '.histfile', '.zhistory', '*_history.txt', 'fish_history', '.lesshst', '.viminfo', '.zsh_sessions/**'],
  ...['.mozilla/**', '.thunderbird/**', '.config/google-chrome/**', '.config/chromium/**', '.config/bravesoftware/**'],
  ...['.config/microsoft-edge/**', 'google/chrome/**', 'library/cookies/**', 'cookies.sqlite', 'cookies.txt', 'login data'],
  ...['logins.json', 'key3.db', 'key4.db', 'cert9.db', 'signons.sqlite'],
];
