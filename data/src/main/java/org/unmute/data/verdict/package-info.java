/**
 * What a listener says about detected events. {@link org.unmute.data.verdict.VerdictJournal} keeps one {@link
 * org.unmute.data.verdict.Verdict} a line, with how the event was {@linkplain org.unmute.data.verdict.Draw drawn}.
 */
package org.unmute.data.verdict;
