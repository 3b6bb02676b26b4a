/** The level *kserve*: KServe's controller, what it needs, and the pods that its models run in. */
export { openPods, type Pods, type ServingPod } from './pods.ts';
export { startKServe } from './start.ts';
