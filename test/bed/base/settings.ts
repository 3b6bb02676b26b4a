import { z } from 'zod';

/** How a bed shall be; plain JSON, handed to the keeper. */
export const bedSettingsSchema = z.object({
  /** How many LiteLLM processes share the database at the start. */
  replicas: z.number().int().min(1).max(4).default(1),
  /** How often a LiteLLM process reads its models from the database, in seconds. */
  reloadIntervalSeconds: z.number().positive().default(2),
  /** Whether LiteLLM's config file holds models of its own (CONFIG_MODELS). */
  configModels: z.boolean().default(true),
  /** Whether KServe's LLMInferenceService exists too: its CRDs are large (10 s). */
  llmInferenceService: z.boolean().default(false),
  /**
   * The second level: KServe's own controller with all that it needs (kube-controller-manager, scheduler, a simulated kubelet). InferenceServices then
   * become Ready by themselves, and namespaces are really deleted.
   */
  kserve: z.boolean().default(false),
  /** Build what is missing in the cache and start nothing. */
  buildOnly: z.boolean().default(false),
});

export type BedSettings = z.infer<typeof bedSettingsSchema>;
export type BedOptions = z.input<typeof bedSettingsSchema>;
