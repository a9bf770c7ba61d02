export { comparePositions, formatPosition, type Position, parsePosition } from './position.ts';
