import { count, counted } from '../format';
import { LiveLine, type Screen } from '../live-line';

/** Shows how many messages have been moved: redrawn in place on a terminal, a line now and then elsewhere. */
export class MoveDisplay extends LiveLine {
  constructor(screen?: Screen) {
    super(screen, { patient: true });
  }

  /** `of` is undefined while nobody knows how many there are. */
  update(moved: number, of: number | undefined): void {
    const how = of === undefined ? counted(moved, 'message') : `${count(moved)} of ${counted(of, 'message')}`;
    this.draw(`  moved        ${how}`);
  }
}
