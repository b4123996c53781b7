/** Scores over time: one score for each class and row of the token grid. */
package org.unmute.probes.score;
