/** Scores of clips by a trained probe. */
package org.unmute.probes.score;
