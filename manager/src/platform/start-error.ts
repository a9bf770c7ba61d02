// One class for all processes of Fauna, so that whoever listens, parses settings or opens a database fails alike.
export { StartError } from '@fauna-flags/bearer/node';
