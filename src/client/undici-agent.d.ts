// Owns the type of the one file of undici that the pool loads by itself.

declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici';
  export = Agent;
}
