/** The parts that charts are laid out with: axes, scales, legends, labels, and the styles of series. */
package org.unmute.report.plot;
