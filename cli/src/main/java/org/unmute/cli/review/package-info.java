/**
 * What the command review prints, and its page. {@link org.unmute.cli.review.ReviewSession} serves the page to browsers
 * of this machine: {@link org.unmute.cli.review.RequestGuard} says to whom, {@link org.unmute.cli.review.ReviewDesk}
 * hands events to windows and takes their verdicts.
 */
package org.unmute.cli.review;
