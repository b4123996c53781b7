/** Scores of recordings by an encoder's own head or by a saved probe. Start at {@link ScoringHead}. */
package org.unmute.events.scoring;
