// Owns what this client says of itself to a server, in the protocol's form.

interface Abilities {
  readonly hasRoots: boolean;
  readonly canSample: boolean;
  readonly canAskUser: boolean;
}

export function capabilitiesOf({ hasRoots, canSample, canAskUser }: Abilities): Record<string, object> {
  return {
    ...(hasRoots && { roots: { listChanged: false } }),
    ...(canSample && { sampling: { tools: {} } }),
    ...(canAskUser && { elicitation: { form: { applyDefaults: true }, url: {} } }),
  };
}

/** Names this client to a server. */
export function clientInfo(version: string): { readonly name: string; readonly version: string } {
  return { name: 'vllm-agents', version };
}
