import { ConfigError, howToGive, keyFromEnvironment, type Settings } from '../../config/index.ts';

/** How LiteLLM is reached, by the settings. @throws ConfigError where its address or its key is missing */
export function litellmAccess(settings: Settings) {
  const url = settings['litellm-url'];
  if (!url) throw new ConfigError(`LiteLLM's address is missing: give it with ${howToGive('litellm-url')}.`, 'missing');
  const file = settings['litellm-key-file'];
  const text = keyFromEnvironment(process.env);
  if (!file && !text) {
    throw new ConfigError(
      `LiteLLM's key is missing: give a file that holds it with ${howToGive('litellm-key-file')}, or set MODEL_REGISTRAR_LITELLM_KEY.`,
      'missing',
    );
  }
  const key = file ? { file } : { text: text ?? '' };
  const caFile = settings['litellm-ca-file'];
  return { url, key, timeoutMs: settings['litellm-timeout'], ...(caFile && { caFile }) };
}
