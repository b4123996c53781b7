/**
 * Choosing events for a listener, and what the verdicts say about all of them. {@link
 * org.unmute.events.review.ListedEvents} is the list; {@link org.unmute.events.review.ReviewQueue} chooses what to ask,
 * {@link org.unmute.events.review.ReviewSummary} estimates from the random sample.
 */
package org.unmute.events.review;
