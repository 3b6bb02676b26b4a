export { readYaml, type YamlReading } from './read-yaml.ts';
