/** What scores mean: calibration to probabilities, and thresholds for decisions. */
package org.unmute.probes.score;
