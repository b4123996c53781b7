/**
 * The events of a folder of recordings as one offline page of bounded size: a list to sort and filter, the times at
 * which they occurred, and pictures and sound of the best and the doubtful ones. Start at {@link
 * org.unmute.report.event.EventPage}.
 */
package org.unmute.report.event;
